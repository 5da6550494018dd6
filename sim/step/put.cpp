// put, take, reap: fill an account, empty it, keep it down.
#include "sim/model/lowerer.hpp"
#include "sim/step/verbs.hpp"

namespace loadstone {

namespace {

struct Put {
  Reference account;
  PutWork work;
};

struct Take {
  Reference account;
  CountLaw count;
};

struct Reap {
  Reference account;
  ReapWork work;
};

const FieldTable& put_fields() {
  static const FieldTable work = FieldTable::of<PutWork>()
                                     .field("count", &PutWork::count, "Entries. Absent: one, or by `size`.")
                                     .field("size", &PutWork::size, "Bytes, whatever the size of an entry.")
                                     .field("ttl", &PutWork::ttl, "How long they live, instead of the account's own.",
                                            {.bounds = {.above_min = true}});
  static const FieldTable table =
      FieldTable::of<Put>().field("in", &Put::account, "The account.").embed(&Put::work, work);
  return table;
}

const FieldTable& take_fields() {
  static const FieldTable table = FieldTable::of<Take>()
                                      .field("from", &Take::account, "The account.")
                                      .field("count", &Take::count, "Entries.", {.default_text = "1"});
  return table;
}

const FieldTable& reap_fields() {
  static const FieldTable work =
      FieldTable::of<ReapWork>()
          .field("batch", &ReapWork::batch, "Most rows of one batch.",
                 {.default_text = "1000", .bounds = {.min = 1, .max = 1e12}, .grade = "B"})
          .field("row_time", &ReapWork::row_time, "Time of one row, drawn once for each batch.")
          .field("pause", &ReapWork::pause, "Between two batches.", {.default_text = "0s"})
          .field("pool", &ReapWork::pool,
                 "Where each batch gets its connection; its time is then CPU on the server. Absent: it just takes its "
                 "time.");
  static const FieldTable table =
      FieldTable::of<Reap>().field("from", &Reap::account, "The account.").embed(&Reap::work, work);
  return table;
}

Stock* stock_of(const Reference& account, Lowerer& lowerer) {
  return lowerer.builder().resource_that_can<Stock>(account, "be filled or emptied");
}

void lower_put(const StepSpec& step, Lowerer& lowerer) {
  const auto& put = step.as<Put>();
  if (Stock* stock = stock_of(put.account, lowerer)) {
    stock->lower_put(lowerer, put.work);
  }
}

void lower_take(const StepSpec& step, Lowerer& lowerer) {
  const auto& take = step.as<Take>();
  if (Stock* stock = stock_of(take.account, lowerer)) {
    stock->lower_take(lowerer, take.count);
  }
}

void lower_reap(const StepSpec& step, Lowerer& lowerer) {
  const auto& reap = step.as<Reap>();
  if (Stock* stock = stock_of(reap.account, lowerer)) {
    stock->lower_reap(lowerer, reap.work);
  }
}

}  // namespace

const StepKind& put_step() {
  static const StepKind kind{"put", "Puts entries into an account.", put_fields, "in", lower_put};
  return kind;
}

const StepKind& take_step() {
  static const StepKind kind{"take", "Takes entries out of an account.", take_fields, "from", lower_take};
  return kind;
}

const StepKind& reap_step() {
  static const StepKind kind{"reap", "Deletes what is due in an account, batch by batch.", reap_fields, "", lower_reap};
  return kind;
}

}  // namespace loadstone
