// Recovery: books that are joined under way, or have lost messages, made whole by snapshots.
//
// While an instrument waits, its messages are kept. A snapshot that holds everything up to message
// S and the instrument's own number r takes the book's place if the messages kept go on from there;
// those up to r are dropped, the rest applied, each with the next number. A gap in the line makes
// every book suspect, and the instrument's own numbers tell which of them it was: one that goes on
// with its next number, or whose number a later snapshot repeats, missed nothing.
//
// Source: binary-protocols reference 5.2 (join).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "marketdata/feed/book_crc.h"
#include "marketdata/feed/books.h"
#include "marketdata/feed/snapshot_assembler.h"

namespace hourglass::marketdata {

// What is kept for instruments that wait, in all.
inline constexpr std::size_t kKeptBytesMax = std::size_t{64} << 20;

enum class SnapshotOutcome : std::uint8_t {
  kAdopted,       // the book is the snapshot's, and live
  kConfirmed,     // the book had the same number, and the same CRC
  kNotNeeded,     // the book is live with another number: nothing to compare
  kTooOld,        // messages between it and what was kept are missing
  kMisfit,        // what was kept does not go on from it, or it is of no instrument that can be
  kContradicted,  // a live book of the same number has another CRC: now it is the snapshot's
};

// Thread: one.
class Recovery {
 public:
  explicit Recovery(Books& books) : books_(books) {}

  // Every message from `seq` on will come: at the start, and behind what was lost.
  void goes_on_from(std::uint64_t seq) {
    complete_from_ = seq;
    knows_start_ = true;
    for (Kept& kept : kept_) kept.bytes = {};
    kept_bytes_ = 0;
    for (Kept& kept : kept_) kept.complete_from = seq;
  }

  // What Books::apply said of message `seq`. Keeps it if it is needed behind a snapshot.
  void note(std::uint64_t seq, const Frame& frame, const BookResult& result, BookState before) {
    if (result.instrument == nullptr) return;
    if (result.outcome == BookOutcome::kWaiting) return keep(*result.instrument, seq, frame);
    // A clear has made it live.
    if (result.outcome == BookOutcome::kApplied && before != BookState::kLive) {
      drop(kept_of(*result.instrument));
    }
    if (result.outcome != BookOutcome::kFault) return;
    Kept& kept = kept_of(*result.instrument);
    drop(kept);
    if (result.fault != BookFault::kSequenceGap) {
      kept.complete_from = seq + 1;
      return;
    }
    // What was lost before it was lost where the line had its gap, unless nothing says so.
    if (before != BookState::kSuspect) kept.complete_from = seq;
    keep(*result.instrument, seq, frame);
  }

  // A whole picture of an instrument's book. Cost: the book's orders where it is adopted or
  // compared.
  SnapshotOutcome take(const BookSnapshot& snapshot) {
    const SnapshotBegin& begin = snapshot.begin;
    Instrument* instrument = books_.find_or_add(begin.instrument_id);
    if (instrument == nullptr) return SnapshotOutcome::kMisfit;
    Kept& kept = kept_of(*instrument);
    if (instrument->is_live()) {
      if (begin.last_instr_seq <= instrument->last_instr_seq) {
        instrument->set_status(begin.status, begin.last_instr_seq);
      }
      if (begin.last_instr_seq != instrument->last_instr_seq) return SnapshotOutcome::kNotNeeded;
      if (book_crc(instrument->book) == snapshot.book_crc32) return SnapshotOutcome::kConfirmed;
      const SnapshotOutcome outcome = adopt(*instrument, kept, snapshot);
      return outcome == SnapshotOutcome::kAdopted ? SnapshotOutcome::kContradicted : outcome;
    }
    if (!knows_start_ || begin.last_seq_num + 1 < kept.complete_from) {
      return SnapshotOutcome::kTooOld;
    }
    if (instrument->state == BookState::kSuspect &&
        begin.last_instr_seq == instrument->last_instr_seq &&
        book_crc(instrument->book) == snapshot.book_crc32) {
      instrument->set_status(begin.status, begin.last_instr_seq);
      instrument->state = BookState::kLive;
      return SnapshotOutcome::kConfirmed;
    }
    return adopt(*instrument, kept, snapshot);
  }

  [[nodiscard]] std::size_t kept_bytes() const noexcept { return kept_bytes_; }

 private:
  struct Kept {
    std::vector<std::byte> bytes;     // frames, one behind the other
    std::uint64_t complete_from = 0;  // a snapshot has all before it, or is too old
  };

  Kept& kept_of(const Instrument& instrument) {
    while (kept_.size() <= instrument.id) kept_.push_back({{}, complete_from_});
    return kept_[instrument.id];
  }
  void drop(Kept& kept) noexcept {
    kept_bytes_ -= kept.bytes.size();
    kept.bytes = {};  // its memory too
  }
  void keep(const Instrument& instrument, std::uint64_t seq, const Frame& frame) {
    Kept& kept = kept_of(instrument);
    if (kept_bytes_ + frame.bytes.size() > kKeptBytesMax) {
      // Begins anew: a later snapshot makes up for what is dropped here.
      drop(kept);
      kept.complete_from = seq + 1;
      return;
    }
    kept.bytes.insert(kept.bytes.end(), frame.bytes.begin(), frame.bytes.end());
    kept_bytes_ += frame.bytes.size();
  }

  SnapshotOutcome adopt(Instrument& instrument, Kept& kept, const BookSnapshot& snapshot) {
    instrument.fault = build(snapshot.orders, instrument.book);
    if (instrument.fault != BookFault::kNone) {
      instrument.state = BookState::kStale;
      return SnapshotOutcome::kMisfit;
    }
    instrument.last_instr_seq = snapshot.begin.last_instr_seq;
    instrument.status = snapshot.begin.status;
    instrument.status_instr_seq = snapshot.begin.last_instr_seq;
    instrument.state = BookState::kLive;
    for (std::size_t at = 0; at < kept.bytes.size();) {
      FrameHeader header;
      std::memcpy(&header, kept.bytes.data() + at, sizeof(header));
      const auto bytes = std::span<const std::byte>(kept.bytes).subspan(at, header.frame_length);
      at += header.frame_length;
      books_.apply({.template_id = header.template_id,
                    .version = header.version,
                    .block = bytes.subspan(sizeof(header), header.block_length),
                    .rest = bytes.subspan(sizeof(header) + header.block_length),
                    .bytes = bytes});
    }
    if (!instrument.is_live()) return SnapshotOutcome::kMisfit;
    drop(kept);
    return SnapshotOutcome::kAdopted;
  }

  Books& books_;
  std::vector<Kept> kept_;  // by instrument
  std::size_t kept_bytes_ = 0;
  std::uint64_t complete_from_ = 0;
  bool knows_start_ = false;
};

}  // namespace hourglass::marketdata
