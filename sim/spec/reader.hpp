// sim/spec/reader.hpp
//
// Reads typed values out of a Node tree: parameters are substituted, `= ` expressions evaluated, units resolved,
// bounds checked, and every number is noted with where it came from. Nothing is coerced: what does not fit is an error
// with its place, and reading goes on so that all errors are found.
//
// Not. It knows the types of values, not which keys exist: that is field.hpp.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/spec/node.hpp"
#include "sim/spec/quantity.hpp"
#include "sim/spec/values.hpp"

namespace loadstone {

struct Kinds;

// What `$name` stands for.
struct Parameter {
  std::string text;                  // as written: "20", "lognormal(mean=20ms; cv=0.8)"
  std::optional<Quantity> quantity;  // where it is a number
  Place place;
};

// How one field reads a number.
struct Bounds {
  std::string_view native_unit = {};  // a bare number takes it; "" : a unit is required where the type has one
  double min = 0;
  double max = 1e300;
  bool above_min = false;
};

class Reader {
 public:
  Reader(Diagnostics& diagnostics, const Kinds& kinds) : diagnostics_(diagnostics), kinds_(kinds) {}

  // The path of what is being read, for assumptions and the names of draw sites.
  class Scope {
   public:
    Scope(Reader& reader, std::string_view name);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Reader& reader_;
    std::size_t length_;
  };

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] Diagnostics& diagnostics() { return diagnostics_; }
  [[nodiscard]] const Kinds& kinds() const { return kinds_; }
  [[nodiscard]] const std::map<std::string, Parameter, std::less<>>& parameters() const { return parameters_; }
  // A parameter that define_parameter() will read: whoever uses it before is told so.
  void declare_parameter(const std::string& name) { undefined_.emplace(name, false); }
  // Reads the value of a parameter, which later ones and all fields may use.
  void define_parameter(const std::string& name, const Node& value);
  [[nodiscard]] const std::vector<Assumption>& assumptions() const { return assumptions_; }
  // Reads a kind's default instead of a user's value: noted as such, without a place of its own.
  void set_defaulting(bool defaulting) { defaulting_ = defaulting; }
  // What every message begins with: "resource 'gate'".
  void set_subject(std::string subject) { subject_ = std::move(subject); }
  [[nodiscard]] const std::string& subject() const { return subject_; }

  // Reads the file at `path`, as it is written at `place`; nothing after an error, which it reports.
  using OpenFile = std::function<std::optional<FileText>(const std::string& path, const Place& place, Diagnostics&)>;
  // Who may read files; without it a field that names one is an error.
  void set_open_file(OpenFile open_file) { open_file_ = std::move(open_file); }

  // Each reads one value into `out` and returns whether it could.
  bool read(const Node& node, const Bounds& bounds, Duration& out);
  bool read(const Node& node, const Bounds& bounds, std::int64_t& out);
  bool read(const Node& node, const Bounds& bounds, double& out);
  bool read(const Node& node, const Bounds& bounds, Rate& out);
  bool read(const Node& node, const Bounds& bounds, Bytes& out);
  bool read(const Node& node, const Bounds& bounds, ByteRate& out);
  bool read(const Node& node, const Bounds& bounds, Money& out);
  bool read(const Node& node, const Bounds& bounds, MoneyRate& out);
  bool read(const Node& node, const Bounds& bounds, Cores& out);
  bool read(const Node& node, const Bounds& bounds, Share& out);
  bool read(const Node& node, const Bounds& bounds, TimeLaw& out);
  bool read(const Node& node, const Bounds& bounds, CountLaw& out);
  bool read(const Node& node, const Bounds& bounds, SizeLaw& out);
  bool read(const Node& node, const Bounds& bounds, bool& out);
  bool read(const Node& node, const Bounds& bounds, std::string& out);
  bool read(const Node& node, const Bounds& bounds, PlacedText& out);
  bool read(const Node& node, const Bounds& bounds, FileText& out);
  bool read(const Node& node, const Bounds& bounds, Reference& out);
  bool read(const Node& node, const Bounds& bounds, Condition& out);
  bool read(const Node& node, const Bounds& bounds, std::vector<std::string>& out);  // a name or a list of names
  bool read(const Node& node, const Bounds& bounds, std::vector<Reference>& out);

  // A number of one of the given dimensions.
  bool read_quantity(const Node& node, const Bounds& bounds, std::initializer_list<Dimension> wanted, Quantity& out);

  // The value of a parameter's or an expression's text, where it is a number.
  [[nodiscard]] std::optional<Quantity> evaluate(std::string_view expression, const Place& place);

  // An error that begins with the subject.
  void error(const Place& place, const std::string& message, std::vector<std::string> notes = {});

 private:
  struct Scalar {
    std::string text;
    std::optional<Quantity> quantity;
    Place place;
    bool quoted = false;
  };

  // Unwraps {value: ..}, `$name` and `= ..`, and notes provenance if the field is a number.
  bool scalar(const Node& node, Scalar& out, bool is_number);
  bool substitute(const Node& node, Scalar& out, bool is_number);
  bool is_undefined(std::string_view name, const Place& place);
  bool check_annotation(const Node& node);
  void note(const Node& node, const Node& value, const Scalar& scalar);
  bool quantity(const Node& node, const Bounds& bounds, const Dimension& wanted, Quantity& out);
  bool in_bounds(const Scalar& scalar, double value, const Bounds& bounds);
  bool law(const Node& node, const Bounds& bounds, const Dimension& dimension, Law& out);
  bool parse_law(const Scalar& scalar, const Bounds& bounds, const Dimension& dimension, Law& out);
  bool to_dimension(const Scalar& scalar, const Bounds& bounds, const Dimension& wanted, Quantity& out);
  std::vector<std::string> known_parameters(std::string_view found) const;

  Diagnostics& diagnostics_;
  const Kinds& kinds_;
  OpenFile open_file_;
  std::map<std::string, Parameter, std::less<>> parameters_;
  std::vector<Assumption> assumptions_;
  std::string path_;
  std::string subject_;
  bool defaulting_ = false;
  std::map<std::string, bool, std::less<>> undefined_;  // declared, without a value; whether it was tried
};

}  // namespace loadstone
