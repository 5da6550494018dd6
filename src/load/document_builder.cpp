#include "src/load/document_builder.hpp"

#include <algorithm>
#include <numeric>

namespace loadstone::load {
namespace {

const char* const kSeparatorNote = "arguments are separated by ';', as in lognormal(mean=20ms; cv=0.8)";

bool opens_parenthesis(const std::string& text) {
  const std::size_t open = text.rfind('(');
  return open != std::string::npos && text.find(')', open) == std::string::npos;
}

// "lognormal(mean=20ms" does, "see the note (below" does not.
bool begins_with_call(const std::string& text) {
  const auto of_name = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  const std::size_t open = text.find('(');
  return open != std::string::npos && open > 0 && std::all_of(text.begin(), text.begin() + open, of_name);
}

void move_to(Node& node, const Place& place) {
  node.place = place;
  for (Node& item : node.items) {
    move_to(item, place);
  }
  for (Entry& entry : node.entries) {
    entry.place = place;
    move_to(entry.value, place);
  }
}

std::string shortened(const std::string& text) {
  constexpr std::size_t kLongest = 60;
  return "'" + (text.size() <= kLongest ? text : text.substr(0, kLongest) + "…") + "'";
}

}  // namespace

DocumentBuilder::DocumentBuilder(std::string_view text, std::string_view name, GuardedText& guard,
                                 Diagnostics& diagnostics)
    : text_(text), name_(name), guard_(&guard), diagnostics_(&diagnostics) {}

Place DocumentBuilder::place_of(const YAML::Mark& mark) {
  if (mark.is_null() || mark.pos < 0) {
    return {name_, 0, 0};
  }
  const std::size_t line_start = static_cast<std::size_t>(mark.pos) - static_cast<std::size_t>(mark.column);
  if (mark.line != line_ || mark.column < byte_column_) {
    line_ = mark.line;
    byte_column_ = 0;
    column_ = 1;
  }
  for (; byte_column_ < mark.column; ++byte_column_) {
    const std::size_t at = line_start + static_cast<std::size_t>(byte_column_);
    const bool continues = at < text_.size() && (static_cast<unsigned char>(text_[at]) & 0xC0U) == 0x80U;
    column_ += continues ? 0 : 1;
  }
  return {name_, static_cast<std::uint32_t>(mark.line + 1), column_};
}

void DocumentBuilder::error(const Place& place, std::string message, std::vector<std::string> notes) {
  diagnostics_->error(place, std::move(message), std::move(notes));
  if (++errors_ == kMostErrors) {
    abandon(place, "too many errors; the rest of the file was not read");
  }
}

void DocumentBuilder::abandon(const Place& place, std::string message) {
  diagnostics_->error(place, std::move(message));
  throw Abandoned{};
}

void DocumentBuilder::count(const Place& place, std::size_t nodes, std::size_t text) {
  counted_.nodes += nodes;
  counted_.text += text;
  if (counted_.nodes > kMostNodes) {
    abandon(place, "more than 1,000,000 values, counting what aliases repeat");
  }
  if (counted_.text > kMostText) {
    abandon(place, "more than 64 MiB of text, counting what aliases repeat");
  }
}

void DocumentBuilder::check_tag(const Place& place, const std::string& tag) {
  if (!tag.empty() && tag != "?" && tag != "!") {
    constexpr std::string_view kCore = "tag:yaml.org,2002:";
    const std::string shown = tag.starts_with(kCore) ? "!!" + tag.substr(kCore.size()) : tag;
    error(place, "tag " + shortened(shown) + ": tags are not used here; the field decides what a value is");
  }
}

void DocumentBuilder::check_characters(const Place& place, const std::string& text) {
  const auto refused = [](char c) { return (c >= 0 && c < 0x20 && c != '\n' && c != '\t') || c == 0x7F; };
  if (std::any_of(text.begin(), text.end(), refused)) {
    error(place, "a control character is written as an escape in this text");
  }
}

// yaml-cpp takes the end of the file for a closing quote.
void DocumentBuilder::check_quotes(const YAML::Mark& mark) {
  std::size_t at = static_cast<std::size_t>(std::max(mark.pos, 0));
  while (at < text_.size() && (text_[at] == '&' || text_[at] == '!')) {
    at = std::min(text_.find_first_of(" \n", at), text_.size());
    at = std::min(text_.find_first_not_of(" \n", at), text_.size());
  }
  const char quote = at < text_.size() ? text_[at] : '\0';
  if (quote != '"' && quote != '\'') {
    return;
  }
  for (++at; at < text_.size() && text_[at] != quote; ++at) {
    at += quote == '"' && text_[at] == '\\' ? 1 : 0;
  }
  if (at >= text_.size()) {
    abandon(place_of(mark), std::string("the quote ") + quote + " is never closed");
  }
}

bool DocumentBuilder::expects_key() const {
  return !frames_.empty() && frames_.back().node.is_mapping() && !frames_.back().has_key;
}

void DocumentBuilder::add_key(const YAML::Mark& mark, const std::string& text, bool quoted) {
  const Place place = place_of(mark);
  Frame& frame = frames_.back();
  count(place, 0, text.size());
  if (text == "<<") {
    error(place, "merge keys ('<<') are not used here", {"use 'extends: FILE' to build on another file"});
  }
  const bool stray = !quoted && text.ends_with(')') && text.find('(') == std::string::npos && !frame.torn;
  if (stray) {
    error(place, "key " + shortened(text) + " ends in ')': in { } a comma ends the value before it", {kSeparatorNote});
  }
  frame.node.entries.push_back({text, place, {}});
  frame.has_key = true;
  frame.key_mark = mark.pos;
}

// Reports a value that YAML ended at a comma, once, and leaves the frame ready to mend it.
void DocumentBuilder::note_torn_value(Frame& frame, const Node& node) {
  frame.torn = false;
  if (!node.is_scalar() || node.quoted || !opens_parenthesis(node.text)) {
    return;
  }
  if (frame.flow) {
    frame.torn = true;
    error(node.place, shortened(node.text) + ": '(' without ')': in { } and [ ] YAML ends a value at a comma",
          {kSeparatorNote});
  } else if (begins_with_call(node.text)) {
    error(node.place, shortened(node.text) + ": '(' without ')'", {kSeparatorNote});
  }
}

void DocumentBuilder::add_value(Node node, std::size_t height) {
  if (frames_.empty()) {
    root_ = std::move(node);
    return;
  }
  Frame& frame = frames_.back();
  frame.height = std::max(frame.height, height + 1);
  if (frame.node.is_sequence()) {
    if (frame.torn && node.is_scalar() && !node.quoted) {  // the rest of a torn item
      std::string& text = frame.node.items.back().text;
      text += ", " + node.text;
      frame.torn = opens_parenthesis(text);
      return;
    }
    note_torn_value(frame, node);
    frame.node.items.push_back(std::move(node));
    return;
  }
  note_torn_value(frame, node);
  frame.node.entries.back().value = std::move(node);
  frame.has_key = false;
}

// A key without a value: the rest of a torn value, a forgotten colon, or a null.
void DocumentBuilder::add_null_in_mapping(const YAML::Mark& mark) {
  Frame& frame = frames_.back();
  const std::string key = frame.node.entries.back().key;
  const Place key_place = frame.node.entries.back().place;
  frame.has_key = false;
  if (frame.torn) {
    frame.node.entries.pop_back();
    std::string& text = frame.node.entries.back().value.text;
    text += ", " + key;
    frame.torn = opens_parenthesis(text);
    return;
  }
  const std::size_t from = static_cast<std::size_t>(frame.key_mark);
  const std::size_t length = mark.pos > frame.key_mark ? static_cast<std::size_t>(mark.pos - frame.key_mark) : 0;
  const std::string_view source = text_.substr(std::min(from, text_.size()), length + 1);
  if (source.find(':', std::min(key.size(), length)) == std::string_view::npos && !key.ends_with(')')) {
    error(key_place, "key " + shortened(key) + " is not followed by ':' and a value");
  }
  Node& node = frame.node.entries.back().value;
  node.place = mark.line + 1 == static_cast<int>(key_place.line) ? place_of(mark) : key_place;
}

void DocumentBuilder::OnDocumentStart(const YAML::Mark& mark) {
  guard_->event_seen();
  if (started_) {
    abandon(place_of(mark), "a second YAML document begins; a file has one");
  }
  started_ = true;
}

// An empty item of a list has the mark of what comes next; its own place is its dash.
YAML::Mark DocumentBuilder::dash_before(const YAML::Mark& mark) const {
  const std::size_t next = std::min(static_cast<std::size_t>(std::max(mark.pos, 0)), text_.size());
  const std::size_t dash = text_.substr(0, next).find_last_not_of(" \t\r\n");
  if (dash == std::string_view::npos || text_[dash] != '-') {
    return mark;
  }
  const std::size_t line_start = text_.rfind('\n', dash) + 1;  // npos + 1 is 0
  YAML::Mark place;
  place.pos = static_cast<int>(dash);
  place.line = mark.line - static_cast<int>(std::count(text_.begin() + dash, text_.begin() + next, '\n'));
  place.column = static_cast<int>(dash - line_start);
  return place;
}

void DocumentBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  guard_->event_seen();
  if (expects_key()) {
    abandon(place_of(mark), "a key is missing before ':'");
  }
  count({name_, static_cast<std::uint32_t>(mark.line + 1), 0}, 1, 0);
  if (!frames_.empty() && frames_.back().node.is_mapping()) {
    add_null_in_mapping(mark);
  } else {
    Node node;
    node.place = place_of(dash_before(mark));
    add_value(std::move(node), 1);
  }
  if (anchor != YAML::NullAnchor) {
    anchors_[anchor] = {{}, {1, 0, 1}};
  }
}

void DocumentBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  guard_->event_seen();
  const Place place = place_of(mark);
  if (expects_key()) {
    abandon(place, "a key is written out, not taken from an alias");
  }
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) {
    abandon(place, "an alias stands inside the value that it repeats");
  }
  const Measure& measure = found->second.measure;
  if (frames_.size() + measure.height > kMostDepth) {
    abandon(place, "nesting deeper than 64 levels, following this alias");
  }
  count(place, measure.nodes, measure.text);
  Node copy = found->second.node;
  move_to(copy, place);
  add_value(std::move(copy), measure.height);
}

void DocumentBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                               const std::string& value) {
  guard_->event_seen();
  Node node;
  node.kind = Node::Kind::scalar;
  node.quoted = tag == "!";
  node.place = place_of(mark);
  node.text = value;
  check_tag(node.place, tag);
  check_characters(node.place, value);
  if (node.quoted) {
    check_quotes(mark);
  }
  if (anchor != YAML::NullAnchor) {
    count(node.place, 1, value.size());
    anchors_[anchor] = {node, {1, value.size(), 1}};
  }
  if (expects_key()) {
    add_key(mark, value, node.quoted);
    return;
  }
  count(node.place, 1, value.size());
  add_value(std::move(node), 1);
}

void DocumentBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                                      YAML::EmitterStyle::value style) {
  start_collection(Node::Kind::sequence, mark, tag, anchor, style);
}

void DocumentBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                                 YAML::EmitterStyle::value style) {
  start_collection(Node::Kind::mapping, mark, tag, anchor, style);
}

void DocumentBuilder::start_collection(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
                                       YAML::anchor_t anchor, YAML::EmitterStyle::value style) {
  guard_->event_seen();
  const Place place = place_of(mark);
  check_tag(place, tag);
  if (expects_key()) {
    abandon(place, "a key is plain text, not a list or a mapping");
  }
  if (frames_.size() >= kMostDepth) {
    abandon(place, "nesting deeper than 64 levels");
  }
  Frame& frame = frames_.emplace_back();
  frame.before = counted_;
  frame.node.kind = kind;
  frame.node.place = place;
  frame.anchor = anchor;
  frame.flow = style == YAML::EmitterStyle::Flow;
  count(place, 1, 0);
}

void DocumentBuilder::end_collection() {
  guard_->event_seen();
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  if (frame.node.is_mapping()) {
    refuse_duplicates(frame.node);
  }
  if (frame.anchor != YAML::NullAnchor) {
    const Measure measure{counted_.nodes - frame.before.nodes, counted_.text - frame.before.text, frame.height};
    count(frame.node.place, measure.nodes, measure.text);  // the copy that is kept
    anchors_[frame.anchor] = {frame.node, measure};
  }
  add_value(std::move(frame.node), frame.height);
}

void DocumentBuilder::refuse_duplicates(Node& mapping) {
  std::vector<Entry>& entries = mapping.entries;
  std::vector<std::size_t> order(entries.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return entries[a].key < entries[b].key; });
  std::vector<bool> dropped(entries.size(), false);
  std::size_t first = 0;  // in `order`: the first of those with the same key
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (entries[order[i]].key != entries[order[first]].key) {
      first = i;
      continue;
    }
    dropped[order[i]] = true;
    error(entries[order[i]].place, "duplicate key " + shortened(entries[order[i]].key),
          {"first at " + to_string(entries[order[first]].place)});
  }
  std::size_t index = 0;
  std::erase_if(entries, [&](const Entry& entry) { return dropped[index++] || entry.key == "<<"; });
}

}  // namespace loadstone::load
