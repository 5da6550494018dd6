// src/load/document_builder.hpp
//
// Builds the Node tree from yaml-cpp's events, and enforces what document.hpp promises while doing so.
//
// Limits. Depth, nodes and text are counted as they come, copies of anchored trees included, before they are stored.
// Errors. Those that leave the tree meaningful are reported and reading goes on; the others throw Abandoned.
#pragma once

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sim/base/diagnostic.hpp"
#include "sim/spec/node.hpp"
#include "src/load/document_text.hpp"

namespace loadstone::load {

inline constexpr std::size_t kMostDepth = 64;
inline constexpr std::size_t kMostNodes = 1'000'000;
inline constexpr std::size_t kMostText = std::size_t{64} << 20;  // characters, aliases expanded
inline constexpr std::size_t kMostErrors = 100;                  // per file

class DocumentBuilder : public YAML::EventHandler {
 public:
  DocumentBuilder(std::string_view text, std::string_view name, GuardedText& guard, Diagnostics& diagnostics);

  [[nodiscard]] bool has_root() const { return root_.has_value() && !root_->is_null(); }
  [[nodiscard]] Node take_root() { return std::move(*root_); }
  // The innermost list or mapping that is open, or nullptr.
  [[nodiscard]] const Node* open_collection() const { return frames_.empty() ? nullptr : &frames_.back().node; }
  // A mark of yaml-cpp, which counts bytes from 0. Marks come in rising order, mostly.
  [[nodiscard]] Place place_of(const YAML::Mark& mark);

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { end_collection(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override { end_collection(); }

 private:
  struct Measure {
    std::size_t nodes = 0;
    std::size_t text = 0;
    std::size_t height = 1;
  };
  struct Anchored {
    Node node;
    Measure measure;
  };
  struct Frame {
    Node node;
    YAML::anchor_t anchor = 0;
    Measure before;          // what had been counted when it began
    std::size_t height = 1;  // of the tallest child, plus one
    bool flow = false;
    bool has_key = false;  // a key waits for its value
    bool torn = false;     // the last value ended inside parentheses
    int key_mark = 0;      // byte position of the last key
  };

  void error(const Place& place, std::string message, std::vector<std::string> notes = {});
  [[noreturn]] void abandon(const Place& place, std::string message);
  void count(const Place& place, std::size_t nodes, std::size_t text);
  void check_tag(const Place& place, const std::string& tag);
  void check_characters(const Place& place, const std::string& text);
  [[nodiscard]] bool expects_key() const;
  [[nodiscard]] YAML::Mark dash_before(const YAML::Mark& mark) const;
  void check_quotes(const YAML::Mark& mark);
  void add_key(const YAML::Mark& mark, const std::string& text, bool quoted);
  void add_value(Node node, std::size_t height);
  void note_torn_value(Frame& frame, const Node& node);
  void add_null_in_mapping(const YAML::Mark& mark);
  void start_collection(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                        YAML::EmitterStyle::value style);
  void end_collection();
  void refuse_duplicates(Node& mapping);

  std::string_view text_;
  std::string_view name_;
  GuardedText* guard_;
  Diagnostics* diagnostics_;
  std::size_t errors_ = 0;
  bool started_ = false;
  std::optional<Node> root_;
  std::vector<Frame> frames_;
  std::unordered_map<YAML::anchor_t, Anchored> anchors_;
  Measure counted_;
  // Where place_of() counted to last.
  int line_ = 0;
  int byte_column_ = 0;
  std::uint32_t column_ = 1;
};

}  // namespace loadstone::load
