// sim/engine/member_array.hpp
//
// The members of a resource: one, or one for each combination of the attributes named by `in:` and `per:`.
//
// Order. Members are kept in the order of their creation, which is the order of first use and so deterministic.
// Cost.  One member: a pointer. One small whole attribute: an index. Otherwise a hash of the attribute values.
#pragma once

#include <bit>
#include <cmath>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "sim/engine/request.hpp"
#include "sim/engine/resource.hpp"
#include "sim/random/keyed.hpp"

namespace loadstone {

template <class M>
class MemberArray {
 public:
  using Make = std::function<std::unique_ptr<M>(const Request*)>;

  MemberArray(std::vector<std::uint16_t> attributes, Make make)
      : attributes_(std::move(attributes)), make_(std::move(make)) {
    if (attributes_.empty()) {
      members_.push_back(make_(nullptr));
      only_ = members_.front().get();
    }
  }

  M& of(const Request& request) { return only_ != nullptr ? *only_ : find(request); }
  [[nodiscard]] const std::vector<std::unique_ptr<M>>& all() const { return members_; }
  [[nodiscard]] bool single() const { return only_ != nullptr; }

 private:
  static constexpr std::size_t kIndexed = 1 << 16;

  M& find(const Request& request) {
    const double first = request.attributes[attributes_.front()];
    if (attributes_.size() == 1 && first >= 0 && first < static_cast<double>(kIndexed) && first == std::floor(first)) {
      const auto index = static_cast<std::size_t>(first);
      if (index >= by_index_.size()) {
        by_index_.resize(index + 1, nullptr);
      }
      if (by_index_[index] == nullptr) {
        by_index_[index] = add(request);
      }
      return *by_index_[index];
    }
    Key key = 0;
    for (const std::uint16_t attribute : attributes_) {
      key = combine(key, std::bit_cast<std::uint64_t>(request.attributes[attribute]));
    }
    M*& member = by_key_[key];
    if (member == nullptr) {
      member = add(request);
    }
    return *member;
  }

  M* add(const Request& request) {
    members_.push_back(make_(&request));
    return members_.back().get();
  }

  std::vector<std::uint16_t> attributes_;
  Make make_;
  M* only_ = nullptr;
  std::vector<std::unique_ptr<M>> members_;
  std::vector<M*> by_index_;
  std::unordered_map<Key, M*> by_key_;
};

}  // namespace loadstone
