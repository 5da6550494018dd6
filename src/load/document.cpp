#include "src/load/document.hpp"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <array>
#include <istream>
#include <mutex>
#include <set>

#include "src/load/document_builder.hpp"
#include "src/load/document_text.hpp"

namespace loadstone::load {
namespace {

struct Rewording {
  std::string_view theirs;
  std::string_view ours;
};

constexpr std::array kRewordings{
    Rewording{"illegal map value",
              "a ':' where no value can begin: check the indentation, and put text that contains ': ' in quotes"},
    Rewording{"illegal block entry", "a '- ' where no list can begin: put the list on lines of its own"},
    Rewording{"illegal map key", "a key where none can stand: check the indentation"},
    Rewording{"illegal flow end", "a closing bracket without its opening one"},
    Rewording{"illegal tab when looking for indentation", "a tab in the indentation; indent with spaces"},
    Rewording{"end of map not found", "this line fits no mapping around it: check the indentation"},
    Rewording{"end of sequence not found", "this line fits no list around it: check the indentation"},
    Rewording{"end of map flow not found", "'{' is not closed by '}', or a ',' is missing"},
    Rewording{"end of sequence flow not found", "'[' is not closed by ']', or a ',' is missing"},
    Rewording{"unknown token", "no value begins with this character; put the text in quotes"},
    Rewording{"illegal EOF in scalar", "the file ends inside a quoted text"},
    Rewording{"the referenced anchor is not defined", "an alias without an anchor of that name before it"},
};

std::string reworded(const std::string& message) {
  for (const Rewording& rewording : kRewordings) {
    if (message.starts_with(rewording.theirs)) {
      return "YAML syntax: " + std::string(rewording.ours);
    }
  }
  return "YAML syntax: " + message;
}

// Whether the line around `mark` begins with a tab, which YAML does not take for indentation.
bool is_indented_by_tab(std::string_view text, const YAML::Mark& mark) {
  if (mark.is_null() || mark.pos < mark.column) {
    return false;
  }
  const std::size_t start = static_cast<std::size_t>(mark.pos - mark.column);
  const std::size_t first = text.find_first_not_of(' ', start);
  return first != std::string_view::npos && text[first] == '\t';
}

void report(const YAML::Exception& exception, std::string_view text, DocumentBuilder& builder,
            Diagnostics& diagnostics) {
  std::vector<std::string> notes;
  if (is_indented_by_tab(text, exception.mark)) {
    notes.emplace_back("the line is indented with a tab; YAML wants spaces");
  }
  const Node* const open = builder.open_collection();
  if (open != nullptr && exception.msg.find("flow not found") != std::string::npos) {
    notes.push_back("it opens at " + to_string(open->place));
  }
  diagnostics.error(builder.place_of(exception.mark), reworded(exception.msg), std::move(notes));
}

}  // namespace

std::string_view intern_file_name(const std::string& name) {
  static std::mutex mutex;
  static std::set<std::string>* const names = new std::set<std::string>;  // never destroyed: Places may be read at exit
  const std::lock_guard lock(mutex);
  return *names->insert(name).first;
}

std::optional<Document> parse_document(std::string_view text, const std::string& name, Diagnostics& diagnostics) {
  const std::string_view file = intern_file_name(name);
  if (!check_text(text, file, diagnostics)) {
    return std::nullopt;
  }
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  text.remove_prefix(text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0);
  GuardedText guard(text, file, diagnostics);
  DocumentBuilder builder(text, file, guard, diagnostics);
  try {
    std::istream in(&guard);
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& exception) {
    report(exception, text, builder, diagnostics);
    return std::nullopt;
  } catch (const Abandoned&) {
    return std::nullopt;
  }
  if (!builder.has_root()) {
    diagnostics.error({file, 0, 0}, "the file is empty");
    return std::nullopt;
  }
  return Document(file, builder.take_root());
}

std::optional<Document> read_document(const std::string& path, Diagnostics& diagnostics) {
  const std::optional<std::string> text = read_text(path, intern_file_name(path), diagnostics);
  return text ? parse_document(*text, path, diagnostics) : std::nullopt;
}

}  // namespace loadstone::load
