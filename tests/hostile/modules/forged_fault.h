/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is wrong with a question that ask_forged.cpp asks by hand: its test says so by number. */
#ifndef FORGED_FAULT_H
#define FORGED_FAULT_H
enum Fault : long {
  kNone,
  kTwoAtOnce,
  kOtherCall,
  kOutside,
  kHuge,
  kTooManyTexts,
  kNoSuchService,
  kFiguresByWire,
  kNotUtf8,
  kNotGranted,
  kLeavesWithoutWaiting,
  kAsksUnasked,
  kBackwards,
  kMissingText,
  kWord,
  kManyTimes,
  kFigures
};
#endif
