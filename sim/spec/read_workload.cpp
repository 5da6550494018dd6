#include <algorithm>

#include "sim/spec/workload.hpp"

namespace loadstone {

const FieldTable& AttributeSpec::fields() {
  static const FieldTable table =
      FieldTable::of<AttributeSpec>()
          .field("law", &AttributeSpec::law,
                 "uniform, zipf(s=..), integer(lo; hi), weighted(a=3; b=1), hash(n), or any "
                 "distribution.")
          .choice("each", &AttributeSpec::each, "Drawn once for each request, virtual user or iteration.",
                  {.default_text = "request", .choices = {"request", "vu", "iteration"}});
  return table;
}

const FieldTable& TriggerSpec::fields() {
  static const FieldTable table = FieldTable::of<TriggerSpec>()
                                      .field("schedule", &TriggerSpec::schedule, "The schedule that is fired.")
                                      .field("at", &TriggerSpec::at, "When, from the start.");
  return table;
}

const std::vector<std::string_view>& ignored_k6_keys() {
  static const std::vector<std::string_view> keys{"batch",
                                                  "batchPerHost",
                                                  "discardResponseBodies",
                                                  "dns",
                                                  "httpDebug",
                                                  "insecureSkipTLSVerify",
                                                  "maxRedirects",
                                                  "noConnectionReuse",
                                                  "noVUConnectionReuse",
                                                  "summaryTrendStats",
                                                  "systemTags",
                                                  "tags",
                                                  "userAgent",
                                                  "ext",
                                                  "cloud",
                                                  "setupTimeout",
                                                  "teardownTimeout",
                                                  "summaryTimeUnit"};
  return keys;
}

namespace {

void read_attributes(Reader& reader, const Node* node, std::vector<AttributeSpec>& out) {
  if (node == nullptr || node->is_null()) {
    return;
  }
  if (!node->is_mapping()) {
    reader.error(node->place, "'attributes' must be a mapping from names to laws, got " + describe(*node));
    return;
  }
  const Reader::Scope scope(reader, "attributes");
  for (const Entry& entry : node->entries) {
    const Reader::Scope named(reader, entry.key);
    AttributeSpec attribute;
    attribute.name = entry.key;
    attribute.place = entry.value.place;
    const std::string subject = reader.subject();
    reader.set_subject("attribute '" + entry.key + "'");
    if (entry.value.is_mapping() && entry.value.find("law") != nullptr) {
      AttributeSpec::fields().read(reader, entry.value, &attribute);
    } else {
      reader.read(entry.value, {}, attribute.law);
    }
    reader.set_subject(subject);
    out.push_back(std::move(attribute));
  }
}

// `exec: converse`, or a mix by weight: `exec: {read: 0.8, write: 0.2}`.
void read_exec(Reader& reader, const Node& scenario, ScenarioSpec& spec) {
  const Node* exec = scenario.find("exec");
  if (exec == nullptr && spec.kind->brings_flows) {
    return;
  }
  if (exec == nullptr) {
    reader.error(scenario.place, "missing key 'exec'",
                 {"the flow that requests run, or a mix: {read: 0.8, write: 0.2}"});
    return;
  }
  const Reader::Scope scope(reader, "exec");
  if (exec->is_sequence() || exec->is_null()) {
    reader.error(exec->place, "'exec' must be a flow or a mix of flows, got " + describe(*exec),
                 {"for example: read, or {read: 0.8, write: 0.2}"});
    return;
  }
  if (!exec->is_mapping()) {
    std::string flow;
    if (reader.read(*exec, {}, flow)) {
      spec.exec.emplace_back(flow, 1.0);
      spec.exec_places.push_back(exec->place);
    }
    return;
  }
  const std::size_t errors = reader.diagnostics().error_count();
  double sum = 0;
  for (const Entry& entry : exec->entries) {
    const Reader::Scope named(reader, entry.key);
    double weight = 0;
    if (reader.read(entry.value, {.min = 0}, weight)) {
      spec.exec.emplace_back(entry.key, weight);
      spec.exec_places.push_back(entry.place);
      sum += weight;
    }
  }
  if (sum <= 0 && reader.diagnostics().error_count() == errors) {
    reader.error(exec->place, "the weights of 'exec' must sum to more than 0");
  }
}

void read_scenario(Reader& reader, const Entry& entry, std::vector<ScenarioSpec>& out) {
  const Node& node = entry.value;
  const Node* executor = node.find("executor");
  if (executor == nullptr) {
    reader.error(entry.place, "missing key 'executor'", choices("", kind_names(reader.kinds().executors)));
    return;
  }
  if (!executor->is_scalar()) {
    reader.error(executor->place, "'executor' must be a name, got " + describe(*executor),
                 choices("", kind_names(reader.kinds().executors)));
    return;
  }
  ScenarioSpec spec;
  spec.name = entry.key;
  spec.place = entry.place;
  spec.kind = find_kind(reader.kinds().executors, executor->text);
  if (spec.kind == nullptr) {
    reader.error(executor->place, "unknown executor '" + executor->text + "'",
                 choices(executor->text, kind_names(reader.kinds().executors)));
    return;
  }
  spec.data = spec.kind->fields().make();
  spec.kind->fields().read(reader, node, spec.data.get(),
                           {"executor", "exec", "startTime", "gracefulStop", "tags", "env", "attributes"});
  read_exec(reader, node, spec);
  if (const Node* start = node.find("startTime"); start != nullptr) {
    const Reader::Scope scope(reader, "startTime");
    reader.read(*start, {}, spec.start_time);
  }
  if (const Node* stop = node.find("gracefulStop"); stop != nullptr) {
    const Reader::Scope scope(reader, "gracefulStop");
    reader.read(*stop, {}, spec.graceful_stop.emplace());
  }
  read_attributes(reader, node.find("attributes"), spec.attributes);
  out.push_back(std::move(spec));
}

// "latency{flow:converse}" -> metric, tag, value.
bool split_metric(Reader& reader, const Entry& entry, ThresholdSpec& out) {
  const auto open = entry.key.find('{');
  out.metric = entry.key.substr(0, open);
  out.place = entry.place;
  if (open == std::string::npos) {
    return true;
  }
  const auto colon = entry.key.find(':', open);
  if (colon == std::string::npos || entry.key.back() != '}') {
    reader.error(entry.place, "threshold '" + entry.key + "': expected metric{flow:name}");
    return false;
  }
  out.tag = entry.key.substr(open + 1, colon - open - 1);
  out.tag_value = entry.key.substr(colon + 1, entry.key.size() - colon - 2);
  if (out.tag != "flow") {
    reader.error(entry.place, "threshold '" + entry.key + "': unknown tag '" + out.tag + "'",
                 choices(out.tag, {"flow"}));
    return false;
  }
  return true;
}

// k6's {threshold: .., abortOnFail: .., delayAbortEval: ..}.
void check_long_form(Reader& reader, const Node& item) {
  static const std::vector<std::string_view> keys{"threshold", "abortOnFail", "delayAbortEval"};
  for (const Entry& entry : item.entries) {
    if (std::find(keys.begin(), keys.end(), entry.key) == keys.end()) {
      reader.error(entry.place, "unknown key '" + entry.key + "'", choices(entry.key, keys));
    }
  }
}

void read_thresholds(Reader& reader, const Node* node, std::vector<ThresholdSpec>& out) {
  if (node == nullptr || node->is_null()) {
    return;
  }
  if (!node->is_mapping()) {
    reader.error(node->place, "'thresholds' must be a mapping from metrics, got " + describe(*node));
    return;
  }
  for (const Entry& entry : node->entries) {
    ThresholdSpec spec;
    if (!split_metric(reader, entry, spec)) {
      continue;
    }
    std::vector<Node> single{entry.value};
    const std::vector<Node>& items = entry.value.is_sequence() ? entry.value.items : single;
    for (const Node& item : items) {
      check_long_form(reader, item);
      const Node* text = item.is_mapping() ? item.find("threshold") : &item;  // k6 also has {threshold, abortOnFail}
      if (text == nullptr || !text->is_scalar()) {
        reader.error(item.place, "threshold '" + entry.key + "': expected an expression such as 'p(95)<200', got " +
                                     describe(item));
        continue;
      }
      spec.expression = text->text;
      spec.place = text->place;
      out.push_back(spec);
    }
  }
}

void read_triggers(Reader& reader, const Node* node, std::vector<TriggerSpec>& out) {
  if (node == nullptr || node->is_null()) {
    return;
  }
  if (!node->is_sequence()) {
    reader.error(node->place, "'triggers' must be a list, got " + describe(*node));
    return;
  }
  const Reader::Scope scope(reader, "triggers");
  for (const Node& item : node->items) {
    if (!item.is_mapping()) {
      reader.error(item.place, "expected {schedule: name, at: time}, got " + describe(item));
      continue;
    }
    reader.set_subject("trigger");
    TriggerSpec::fields().read(reader, item, &out.emplace_back());
    reader.set_subject("");
  }
}

// warmup: a duration, or `auto`.
void read_warmup(Reader& reader, const Node& root, Workload& workload) {
  const Node* warmup = root.find("warmup");
  if (warmup == nullptr) {
    return;
  }
  if (warmup->is_scalar() && warmup->text == "auto") {
    workload.detects_warmup = true;
    return;
  }
  const Reader::Scope scope(reader, "warmup");
  reader.read(*warmup, {}, workload.warmup.emplace());
}

void check_keys(Reader& reader, const Node& root) {
  static const std::vector<std::string_view> keys{"workload",   "about",  "start",      "warmup",    "duration",
                                                  "represents", "params", "attributes", "scenarios", "thresholds",
                                                  "triggers",   "faults", "windows",    "limits"};
  for (const Entry& entry : root.entries) {
    const auto is = [&](const std::vector<std::string_view>& list) {
      return std::find(list.begin(), list.end(), entry.key) != list.end();
    };
    if (is(ignored_k6_keys())) {
      reader.diagnostics().warning(entry.place, "'" + entry.key + "' is a k6 option that means nothing here");
    } else if (!is(keys)) {
      reader.error(entry.place, "unknown key '" + entry.key + "'", choices(entry.key, keys));
    }
  }
}

void read_texts(Reader& reader, const Node& root, Workload& workload) {
  const Node* name = root.find("workload");
  if (name == nullptr) {
    reader.error(root.place, "missing key 'workload'", {"the name of the workload"});
  } else if (!name->is_scalar()) {
    reader.error(name->place, "'workload' must be a name, got " + describe(*name));
  } else {
    workload.name = name->text;
  }
  if (const Node* about = root.find("about"); about != nullptr) {
    reader.read(*about, {}, workload.about);
  }
  if (const Node* represents = root.find("represents"); represents != nullptr) {
    reader.read(*represents, {}, workload.represents);
  }
  if (const Node* start = root.find("start"); start != nullptr) {
    reader.read(*start, {}, workload.start.emplace());
  }
  if (const Node* duration = root.find("duration"); duration != nullptr) {
    const Reader::Scope scope(reader, "duration");
    reader.read(*duration, {.above_min = true}, workload.duration.emplace());
  }
}

void read_limits(Reader& reader, const Node* limits, Workload& workload) {
  if (limits == nullptr) {
    return;
  }
  struct Limit {
    std::int64_t max_in_flight = 0;
  } limit;
  static const FieldTable table = FieldTable::of<Limit>().field(
      "max_in_flight", &Limit::max_in_flight, "Requests in flight at which a run is ended.",
      {.default_text = "5000000", .bounds = {.min = 1, .max = 16e6}});
  const Reader::Scope scope(reader, "limits");
  if (!limits->is_mapping()) {
    reader.error(limits->place, "'limits' must be a mapping, got " + describe(*limits));
  } else if (table.read(reader, *limits, &limit)) {
    workload.max_in_flight = limit.max_in_flight;
  }
}

}  // namespace

Workload read_workload(Reader& reader, const Node& root, const Overrides& overrides) {
  Workload workload;
  workload.place = root.place;
  if (!root.is_mapping()) {
    reader.error(root.place, "a workload must be a mapping, got " + describe(root));
    return workload;
  }
  if (const Node* name = root.find("topology"); name != nullptr && root.find("workload") == nullptr) {
    reader.error(name->place, "this is a topology where a workload is needed", {"WORKLOAD comes after TOPOLOGY"});
    return workload;
  }
  check_keys(reader, root);
  read_texts(reader, root, workload);
  read_parameters(reader, root.find("params"), overrides, workload.parameters);
  read_warmup(reader, root, workload);
  read_limits(reader, root.find("limits"), workload);
  read_attributes(reader, root.find("attributes"), workload.attributes);
  const Node* scenarios = root.find("scenarios");
  if (scenarios == nullptr || !scenarios->is_mapping() || scenarios->entries.empty()) {
    reader.error(
        scenarios == nullptr ? root.place : scenarios->place,
        scenarios == nullptr ? "missing key 'scenarios'"
                             : "'scenarios' must be a mapping from names, got " + describe(*scenarios),
        {"scenarios: {load: {executor: constant-arrival-rate, exec: read, rate: 10, timeUnit: 1s, duration: 10m}}"});
  } else {
    const Reader::Scope scope(reader, "scenarios");
    for (const Entry& entry : scenarios->entries) {
      const Reader::Scope named(reader, entry.key);
      reader.set_subject("scenario '" + entry.key + "'");
      if (entry.value.is_mapping()) {
        read_scenario(reader, entry, workload.scenarios);
      } else {
        reader.error(entry.value.place, "expected a mapping, got " + describe(entry.value));
      }
      reader.set_subject("");
    }
  }
  read_thresholds(reader, root.find("thresholds"), workload.thresholds);
  read_triggers(reader, root.find("triggers"), workload.triggers);
  read_faults(reader, root.find("faults"), workload.faults);
  read_windows(reader, root.find("windows"), workload.windows);
  return workload;
}

}  // namespace loadstone
