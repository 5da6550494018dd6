#include "src/exec/thread_executor.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <csignal>
#include <exception>
#include <mutex>
#include <string>
#include <thread>

#include "src/log/log.hpp"

namespace loadstone::exec {

namespace asio = boost::asio;

struct ThreadExecutor::State {
  explicit State(unsigned count) : threads(count), signals(signal_loop, SIGINT, SIGTERM) {
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

  unsigned threads;
  asio::io_context signal_loop;
  asio::signal_set signals;
  std::thread signal_thread;
  std::atomic<int> caught{0};
  std::function<void(std::size_t, std::size_t)> progress;
};

ThreadExecutor::ThreadExecutor(unsigned threads)
    : state_(std::make_unique<State>(threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency()))) {}

ThreadExecutor::~ThreadExecutor() = default;

bool ThreadExecutor::interrupted() const {
  return state_->caught != 0;
}
int ThreadExecutor::signal() const {
  return state_->caught;
}

void ThreadExecutor::on_progress(std::function<void(std::size_t, std::size_t)> progress) {
  state_->progress = std::move(progress);
}

void ThreadExecutor::run(std::size_t count, const std::function<void(std::size_t)>& job) {
  std::mutex mutex;
  std::exception_ptr failure;
  std::size_t done = 0;
  {
    asio::thread_pool pool(state_->threads);
    for (std::size_t i = 0; i < count; ++i) {
      asio::post(pool, [&, i] {
        if (interrupted()) {
          return;
        }
        try {
          const auto begun = std::chrono::steady_clock::now();
          job(i);
          if (log::is_on()) {
            const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begun;
            log::detail("job " + std::to_string(i + 1) + "/" + std::to_string(count) + " took " +
                        std::to_string(seconds.count()) + " s");
          }
        } catch (...) {
          const std::lock_guard lock(mutex);
          failure = failure == nullptr ? std::current_exception() : failure;
        }
        const std::lock_guard lock(mutex);
        ++done;
        if (state_->progress) {
          state_->progress(done, count);
        }
      });
    }
    pool.join();
  }
  if (failure != nullptr) {
    std::rethrow_exception(failure);
  }
}

}  // namespace loadstone::exec
