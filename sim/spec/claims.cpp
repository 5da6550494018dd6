#include "sim/spec/claims.hpp"

#include <algorithm>

#include "sim/spec/annotation.hpp"
#include "sim/spec/vague_words.hpp"

namespace loadstone {

namespace {

bool is_id(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), may_be_in_claim_id);
}

// An expression, with or without the "=" that other fields need to tell it from a quantity.
std::optional<Expression> read_expression(Reader& reader, const Node& node) {
  if (!node.is_scalar()) {
    reader.error(node.place, "an expression is needed, got " + describe(node));
    return std::nullopt;
  }
  std::string_view text = node.text;
  Place place = node.place;
  if (text.starts_with('=')) {
    text.remove_prefix(1);
    place.column += 1;
  }
  return Expression::parse(text, place, reader.diagnostics());
}

void read_let(Reader& reader, const Entry& entry, Lets& out) {
  if (std::any_of(out.begin(), out.end(), [&](const LetSpec& l) { return l.name == entry.key; })) {
    reader.error(entry.place, "'" + entry.key + "' stands for two things");
    return;
  }
  const Node* value = entry.value.is_mapping() ? entry.value.find("value") : &entry.value;
  if (value == nullptr) {
    reader.error(entry.place, "'" + entry.key + "': missing key 'value'");
    return;
  }
  auto expression = read_expression(reader, *value);
  if (!expression) {
    return;
  }
  LetSpec let{.name = entry.key, .place = entry.place, .value = std::move(*expression), .range = {}, .source = {}};
  if (entry.value.is_mapping() && check_annotation(reader, entry.value)) {
    const Annotation said = annotation_of(entry.value, Status::documented);
    let.status = said.status;
    let.source = said.source;
    if (!said.range.empty()) {
      let.range = std::get<Range>(parse_range(said.range));
    }
  }
  out.push_back(std::move(let));
}

bool read_own_lets(Reader& reader, const Node& node, ClaimSpec& out) {
  read_lets(reader, node, "let", out.let);
  return true;
}

bool read_cases(Reader& reader, const Node& node, ClaimSpec& out) {
  if (!node.is_mapping() || node.entries.empty()) {
    reader.error(node.place, "'cases' must be a mapping from names to values, got " + describe(node));
    return false;
  }
  for (const Entry& entry : node.entries) {
    read_lets(reader, entry.value, entry.key, out.cases.emplace_back(ClaimCase{entry.key, {}}).let);
  }
  return true;
}

bool read_that(Reader& reader, const Node& node, ClaimSpec& out) {
  out.that = read_expression(reader, node);
  return out.that.has_value();
}

bool read_possible(Reader& reader, const Node& node, ClaimSpec& out) {
  out.possible = read_expression(reader, node);
  return out.possible.has_value();
}

bool read_first(Reader& reader, const Node& node, ClaimSpec& out) {
  return reader.read(node, {}, out.order.emplace_back());
}

void check_form(Reader& reader, const Node& node, const ClaimSpec& claim) {
  static const std::vector<std::string_view> forms{"that", "possible", "first", "order", "not_modelled"};
  const auto said = std::count_if(forms.begin(), forms.end(), [&](std::string_view f) { return node.find(f); });
  if (said != 1) {
    reader.error(node.place, said == 0 ? "says nothing that could be true or false" : "says it in more than one way",
                 {"exactly one of: that, possible, first, order, not_modelled"});
  }
  if (!claim.cases.empty() && node.find("that") == nullptr) {
    reader.error(node.place, "'cases' go with 'that'");
  }
  if (!claim.vary.empty() && node.find("that") == nullptr) {
    reader.error(node.place, "'vary' goes with 'that'");
  }
  const std::string_view vague = first_vague_word(claim.claim);
  if (!vague.empty() && claim.reading.empty()) {
    reader.error(node.place, "missing key 'reading'",
                 {"how '" + std::string(vague) + "' is read, so that it can be true or false"});
  }
}

}  // namespace

const std::vector<std::string_view>& verdict_names() {
  static const std::vector<std::string_view> names{
      "holds", "fails", "undecided", "inconsistent", "circular", "needs_measurement", "not_modelled"};
  return names;
}

std::string_view to_string(ClaimVerdict verdict) {
  return verdict_names()[static_cast<std::size_t>(verdict)];
}

const FieldTable& ClaimSpec::fields() {
  static const FieldTable source_fields =
      FieldTable::of<ClaimSpec::Source>()
          .field("document", &ClaimSpec::Source::document, "Which document says so.")
          .field("section", &ClaimSpec::Source::section, "Where in it.");
  static const FieldRules free{.optional = true};
  static const FieldTable table =
      FieldTable::of<ClaimSpec>()
          .field("id", &ClaimSpec::id, "Its name; letters, digits, '.', '-' and '_'.")
          .field("claim", &ClaimSpec::claim, "The statement, with the document's figures.")
          .mapping("source", &ClaimSpec::source, "Where it stands.", source_fields)
          .field("reading", &ClaimSpec::reading, "How a vague word of the statement is read.", free)
          .custom<ClaimSpec>("let", "Names to values: a quantity, an interval, an expression.", read_own_lets, free)
          .custom<ClaimSpec>("cases", "Names to values of names: the rows of a table; 'that' must hold in each.",
                             read_cases, free)
          .custom<ClaimSpec>("that", "The condition.", read_that, free)
          .custom<ClaimSpec>("possible", "A condition that some values within the intervals must meet.", read_possible,
                             free)
          .custom<ClaimSpec>("first", "The resource that saturates first.", read_first, free)
          .field("order", &ClaimSpec::order, "The resources that saturate, from the first on.", free)
          .field("not_modelled", &ClaimSpec::not_modelled, "Why it cannot be decided here.", free)
          .field("point", &ClaimSpec::point, "The point of metrics that name none.", free)
          .field("vary", &ClaimSpec::vary, "Parameters of the points, tried at both ends of their ranges.", free)
          .choice("expected", &ClaimSpec::expected, "The verdict so far; never looked at to find it.",
                  {.default_text = "holds", .choices = verdict_names()});
  return table;
}

void read_lets(Reader& reader, const Node& node, std::string_view key, Lets& out) {
  if (!node.is_mapping()) {
    reader.error(node.place,
                 "'" + std::string(key) + "' must be a mapping from names to values, got " + describe(node));
    return;
  }
  for (const Entry& entry : node.entries) {
    read_let(reader, entry, out);
  }
}

void read_claims(Reader& reader, const Node& node, std::vector<ClaimSpec>& out) {
  if (!node.is_sequence()) {
    reader.error(node.place, "'expect' must be a list of claims, got " + describe(node));
    return;
  }
  for (const Node& item : node.items) {
    const Node* id = item.find("id");
    reader.set_subject(id != nullptr && id->is_scalar() ? "claim '" + id->text + "'" : "claim");
    ClaimSpec claim;
    claim.place = item.place;
    if (!item.is_mapping()) {
      reader.error(item.place, "must be a mapping, got " + describe(item));
    } else if (ClaimSpec::fields().read(reader, item, &claim)) {
      if (!is_id(claim.id)) {
        reader.error(id->place, "an id has letters, digits, '.', '-' and '_' only, got '" + claim.id + "'");
      }
      if (item.find("source") == nullptr) {
        reader.error(item.place, "missing key 'source'", {"{document: .., section: ..}"});
      }
      if (std::any_of(out.begin(), out.end(), [&](const ClaimSpec& c) { return c.id == claim.id; })) {
        reader.error(id->place, "there is another claim with this id");
      }
      check_form(reader, item, claim);
      out.push_back(std::move(claim));
    }
  }
  reader.set_subject("");
}

}  // namespace loadstone
