#include "src/exec/thread_executor.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <exception>
#include <mutex>
#include <string>
#include <thread>

#include "src/log/log.hpp"

namespace loadstone::exec {

namespace asio = boost::asio;

struct ThreadExecutor::State {
  explicit State(unsigned count) : signals(signal_loop, SIGINT, SIGTERM), pool(count) {
    signals.async_wait([this](const boost::system::error_code& error, int number) {
      if (!error) {
        caught = number;
        signals.clear();  // a second one ends the program at once
      }
    });
    signal_thread = std::thread([this] { signal_loop.run(); });
  }
  ~State() {
    signal_loop.stop();
    signal_thread.join();
  }

  asio::io_context signal_loop;
  asio::signal_set signals;
  std::thread signal_thread;
  std::atomic<int> caught{0};
  std::mutex mutex;  // of progress, and of the counts of every run
  Listener progress;
  asio::thread_pool pool;
};

ThreadExecutor::ThreadExecutor(unsigned threads)
    : threads_(threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency())),
      state_(std::make_unique<State>(threads_)) {}

ThreadExecutor::~ThreadExecutor() = default;

bool ThreadExecutor::interrupted() const {
  return state_->caught != 0;
}
int ThreadExecutor::signal() const {
  return state_->caught;
}

void ThreadExecutor::on_progress(Listener listener) {
  const std::lock_guard lock(state_->mutex);
  state_->progress = std::move(listener);
}

void ThreadExecutor::run(std::size_t count, const std::function<void(std::size_t)>& job) {
  std::condition_variable one_ended;
  std::exception_ptr failure;
  std::atomic<bool> is_failed{false};
  std::size_t ended = 0;
  std::size_t done = 0;
  const auto attempt = [&](std::size_t i) -> std::exception_ptr {
    try {
      const auto begun = std::chrono::steady_clock::now();
      job(i);
      if (log::is_on()) {
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begun;
        log::detail("job " + std::to_string(i + 1) + "/" + std::to_string(count) + " took " +
                    std::to_string(seconds.count()) + " s");
      }
    } catch (...) {
      return std::current_exception();
    }
    return nullptr;
  };
  std::size_t posted = 0;
  std::exception_ptr unposted;
  try {
    for (; posted < count; ++posted) {
      asio::post(state_->pool, [&, i = posted] {
        const bool skipped = interrupted() || is_failed;
        std::exception_ptr failed = skipped ? nullptr : attempt(i);
        const std::lock_guard lock(state_->mutex);
        is_failed = is_failed || failed != nullptr;
        failure = failure == nullptr ? failed : failure;
        done += skipped ? 0 : 1;
        if (state_->progress && !skipped) {
          state_->progress(done, count);
        }
        ++ended;
        one_ended.notify_one();
      });
    }
  } catch (...) {
    unposted = std::current_exception();
  }
  std::unique_lock lock(state_->mutex);
  one_ended.wait(lock, [&] { return ended == posted; });
  failure = failure == nullptr ? unposted : failure;
  if (failure != nullptr) {
    std::rethrow_exception(failure);
  }
}

}  // namespace loadstone::exec
