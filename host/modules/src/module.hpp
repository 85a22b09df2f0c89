// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include <boost/asio/strand.hpp>

#include "backoff.hpp"
#include "circuit_breaker.hpp"
#include "counted_work.hpp"
#include "health_record.hpp"
#include "hook_figures.hpp"
#include "instance.hpp"
#include "latch.hpp"
#include "nursery.hpp"
#include "prepared_module.hpp"
#include "rapt/hooks/module_catalog.hpp"
#include "rapt/host/supervisor.hpp"
#include "rapt/runtime/wakeup.hpp"

namespace rapt::host {

/// Where a module works: each room is a process of its own, so that a job of a minute or a page that waits holds up no
/// conversation.
enum class Room : std::uint8_t {
  kLessons,  ///< hooks, and logins
  kPages,    ///< routes, panels, exports
  kWork      ///< jobs, events
};
Room room_of(hooks::Point point);
std::string_view name(Room room);  ///< "lessons", "pages", "work"

/// One bundle of one module over the lives of its processes: starts it, watches it, starts it again, or does not any
/// more. An upgrade is another object. Thread-safe; held by shared_ptr.
///
/// The first room that the bundle has something for is this object's own; for each further one it holds another object,
/// a companion, that lives as long as it does.
class Module : public std::enable_shared_from_this<Module> {
 public:
  struct Settings {
    std::chrono::milliseconds restart_initial{1}, restart_maximum{1}, start_timeout{0};
    CircuitBreaker::Settings circuit{};
    HealthRecord::Limits quarantine{};
    std::shared_ptr<LineBuffer> lines{};  ///< may be null
    std::function<Executor()> place{};    ///< of each process; may be empty
    ServiceHost* services = nullptr;      ///< may be null; outlives the module
  };
  /// How the first process is regarded.
  enum class First {
    kLasting,  ///< it is started again when it ends
    kOnTrial   ///< it has to become ready, or there will be no other
  };
  /// What becomes of a call.
  struct Admission {
    enum class Kind {
      kAsk,       ///< ask `instance`, and tell `pass` what came of it
      kNotNow,    ///< `why` is the sentence
      kNoHook,    ///< this version has nothing to say at that point
      kElsewhere  ///< it is ending: another version may have taken its place
    } kind;
    std::shared_ptr<Instance> instance{};
    CircuitBreaker::Pass pass{};
    std::chrono::milliseconds time_limit{0};  ///< in force
    std::optional<std::size_t> history{};     ///< as declared
    std::string why{};
  };

  /// One that may run.
  Module(Executor executor, const InstalledModule& installed, std::shared_ptr<const PreparedModule> prepared,
         const Settings& settings);
  /// One that may not, and why; it only shows up in status().
  Module(Executor executor, const InstalledModule& installed, const std::string& refusal);

  /// Starts the process and looks after it until stop().
  void run(std::shared_ptr<Nursery> nursery, First first = First::kLasting);
  /// Waits until the first process is ready. An error's message is the sentence why it never will be.
  Task<Result<void>> wait_first();
  /// Accepts no call any more, waits (no longer than `patience`) until those that were made have been answered, and
  /// ends the process in good order (one second), else by force. Returns when it is gone.
  Task<void> stop(std::chrono::milliseconds patience = std::chrono::minutes(2));
  /// For a destructor: nothing is started any more; the nursery ends the processes.
  void abandon();
  /// Takes over what an admin changed: time limits, a release from quarantine.
  void adjust(const InstalledModule& wanted);

  [[nodiscard]] const InstalledModule& installed() const { return installed_; }
  /// nullptr when the bundle was refused.
  [[nodiscard]] const PreparedModule* prepared() const { return prepared_.get(); }
  /// The same object as long as this one lives.
  [[nodiscard]] const hooks::ModuleFactsPtr& facts() const { return facts_; }
  /// Likewise; nullptr when its bundle was refused, or declares none of the calls.
  [[nodiscard]] const ModuleOfferPtr& offer() const { return offer_; }
  [[nodiscard]] ModuleStatus status() const;
  [[nodiscard]] std::string reason() const;
  [[nodiscard]] RoomStatus condition() const;  ///< of a companion
  /// With the time limit in force.
  [[nodiscard]] std::optional<hooks::HookDeclaration> declaration(hooks::Point point) const;

  Admission admit(hooks::Point point, Instance::Clock::time_point now);
  /// What came of a call that was admitted. Counts nothing when it was not made after all. Takes out findings that the
  /// manifest does not declare. `work` as in ModuleCall.
  void finished(Admission& admission, hooks::Point point, hooks::Answer& answer, Instance::Clock::time_point asked_at,
                const std::string& work);

 private:
  struct Hook {
    explicit Hook(const hooks::HookDeclaration& of) : declared(of), limit_ms(of.time_limit.count()) {}
    const hooks::HookDeclaration declared;
    std::atomic<std::int64_t> limit_ms;  ///< in force
    HookFigures figures;
  };
  enum class Next { kStartAgain, kStop };
  Module(Executor executor, const InstalledModule& installed, std::shared_ptr<const PreparedModule> prepared,
         const Settings& settings, Room room, std::shared_ptr<ServiceDesk> desk);

  /// The one that is asked at that point: this one, or a companion.
  Module& in_room(hooks::Point point);
  const Module& in_room(hooks::Point point) const { return const_cast<Module*>(this)->in_room(point); }
  Hook* hook(hooks::Point point) const;
  void refuse_findings(Hook& of, hooks::Answer& answer, Instance::Clock::time_point now);
  void refuse_shape(hooks::Point point, hooks::Answer& answer, Instance::Clock::time_point now);
  void tell_refusal(std::string_view event, const std::string& line);
  Task<void> live(std::shared_ptr<Nursery> nursery, First first);
  Task<Next> live_once(Nursery& nursery);
  Task<Result<void>> bring_up(Nursery& nursery, const std::shared_ptr<Instance>& instance);
  bool announce(const std::shared_ptr<Instance>& instance);
  Task<void> back_off();
  Task<void> wait_release();
  Task<void> end_instance(const std::shared_ptr<Instance>& instance, std::chrono::milliseconds patience);
  std::chrono::milliseconds longest_limit() const;
  void set_running(const std::shared_ptr<Instance>& instance);
  void refuse(const std::string& sentence);
  void record_failure(const std::string& what, bool blamed, const std::string& work = {});
  void count(CircuitBreaker::Pass& pass, Hook& of, const hooks::Answer& answer, HookFigures::Wait waited,
             const std::string& work);
  bool stopping() const;
  bool quarantined() const;
  void over(bool failed);

  boost::asio::strand<Executor> strand_;
  const InstalledModule installed_;
  const std::shared_ptr<const PreparedModule> prepared_;
  const hooks::ModuleFactsPtr facts_;
  const ModuleOfferPtr offer_;
  const Settings settings_;
  const Room room_ = Room::kLessons;
  std::vector<std::shared_ptr<Module>> companions_{};              ///< never changes once it is made
  std::array<std::unique_ptr<Hook>, hooks::kPointNumbers> hooks_;  ///< by point; empty where it has none
  Backoff backoff_;                                                ///< used by live() alone
  CircuitBreaker circuit_;
  CountedWork failed_work_, ended_over_;                ///< calls that failed; ends of its process
  std::shared_ptr<ServiceDesk> desk_;                   ///< where it may run; one for all rooms
  std::atomic<Instance::Clock::rep> refusals_told_{0};  ///< when a line last told of refused findings
  runtime::Wakeup stir_;                                ///< live() looks again: stop() or a release
  Latch first_over_, ended_;

  mutable std::shared_mutex mutex_;             ///< guards what follows
  Instance::Clock::time_point shapes_since_{};  ///< of the minute in which lines tell of answers of another shape
  unsigned shapes_told_ = 0;
  ModuleState state_ = ModuleState::kStopped;
  std::string reason_, last_failure_;
  std::optional<TimePoint> last_failure_at_;
  HealthRecord health_;
  std::shared_ptr<Instance> instance_;  ///< the one to ask
  std::shared_ptr<Instance> starting_;  ///< not ready yet
  bool stop_ = false, living_ = false, was_ready_ = false;
};

}  // namespace rapt::host
