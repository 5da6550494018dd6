#include "src/mpi/mpi_farm.hpp"

#include <mpi.h>

#include <array>
#include <chrono>
#include <climits>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>

namespace loadstone::mpi {

namespace {

enum Tag : int { kTask = 1, kReady, kResult, kFailure };

constexpr std::int64_t kNoMore = -1;
constexpr std::size_t kAgreed = 64;  // longest text that processes agree on

struct Message {
  int from = 0;
  int tag = 0;
  std::string text;
};

// What comes next, from whomever that is.
Message receive(int from, int tag) {
  MPI_Status status;
  for (int is_there = 0;;) {
    MPI_Iprobe(from, tag, MPI_COMM_WORLD, &is_there, &status);
    if (is_there != 0) {
      break;
    }
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  int size = 0;
  MPI_Get_count(&status, MPI_BYTE, &size);
  Message message{status.MPI_SOURCE, status.MPI_TAG, std::string(static_cast<std::size_t>(size), '\0')};
  MPI_Recv(message.text.data(), size, MPI_BYTE, message.from, message.tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  return message;
}

void send(int to, Tag tag, const std::string& text) {
  if (text.size() > INT_MAX) {
    throw std::runtime_error("a result of more than 2 GiB");
  }
  MPI_Send(text.data(), static_cast<int>(text.size()), MPI_BYTE, to, tag, MPI_COMM_WORLD);
}

}  // namespace

MpiFarm::MpiFarm(exec::ThreadExecutor& executor) : executor_(executor) {
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks_);
}

MpiFarm::~MpiFarm() {
  if (is_root() && !has_let_go_) {
    hand_out({}, {});
  }
}

void MpiFarm::agree(const std::string& what) {
  std::array<char, kAgreed> mine{};
  what.copy(mine.data(), kAgreed - 1);
  std::string all(kAgreed * static_cast<std::size_t>(ranks_), '\0');
  MPI_Allgather(mine.data(), kAgreed, MPI_CHAR, all.data(), kAgreed, MPI_CHAR, MPI_COMM_WORLD);
  for (int rank = 0; rank < ranks_; ++rank) {
    if (all.compare(kAgreed * static_cast<std::size_t>(rank), kAgreed, all, 0, kAgreed) != 0) {
      has_let_go_ = true;  // everybody sees it, and ends
      throw std::runtime_error("rank " + std::to_string(rank) +
                               " does not read the same files as rank 0, or is another program");
    }
  }
  has_let_go_ = what == "invalid";
}

void MpiFarm::run(const std::vector<Task>& tasks, const Compute& compute, const Deliver& deliver, Width) {
  if (!is_root()) {
    work(compute);
  } else if (ranks_ == 1) {
    compute_alone(tasks, compute, deliver);
  } else {
    hand_out(tasks, deliver);
  }
}

void MpiFarm::compute_alone(const std::vector<Task>& tasks, const Compute& compute, const Deliver& deliver) {
  for (std::size_t i = 0; i < tasks.size() && !executor_.interrupted(); ++i) {
    const std::string result = compute(tasks[i]);
    if (!result.empty()) {
      deliver(tasks[i], result);
    }
    if (listener_) {
      listener_(i + 1, tasks.size());
    }
  }
}

void MpiFarm::hand_out(const std::vector<Task>& tasks, const Deliver& deliver) {
  std::vector<Task> doing(static_cast<std::size_t>(ranks_));
  std::exception_ptr failure;
  std::size_t next = 0;
  std::size_t done = 0;
  for (int working = ranks_ - 1; working > 0;) {
    const Message message = receive(MPI_ANY_SOURCE, MPI_ANY_TAG);
    const Task task = doing[static_cast<std::size_t>(message.from)];
    try {
      if (message.tag == kFailure) {
        throw std::runtime_error(message.text);
      }
      if (message.tag == kResult && !message.text.empty()) {
        deliver(task, message.text);
        if (listener_) {
          listener_(++done, tasks.size());
        }
      }
    } catch (...) {
      failure = failure ? failure : std::current_exception();
    }
    const bool is_over = next == tasks.size() || failure || executor_.interrupted();
    working -= is_over ? 1 : 0;
    doing[static_cast<std::size_t>(message.from)] = is_over ? 0 : tasks[next];
    send(message.from, kTask, std::to_string(is_over ? kNoMore : static_cast<std::int64_t>(tasks[next])));
    next += is_over ? 0 : 1;
  }
  has_let_go_ = true;
  if (failure) {
    std::rethrow_exception(failure);
  }
}

void MpiFarm::work(const Compute& compute) const {
  send(0, kReady, "");
  for (;;) {
    const std::int64_t task = std::stoll(receive(0, kTask).text);
    if (task == kNoMore) {
      return;
    }
    std::string result;
    try {
      result = compute(static_cast<Task>(task));
    } catch (const std::exception& error) {
      send(0, kFailure, error.what());
      continue;
    }
    send(0, kResult, result);
  }
}

}  // namespace loadstone::mpi
