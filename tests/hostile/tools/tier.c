/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * tier [--root | --user] [--no-user-namespaces] PROGRAM ARGUMENT...: runs a program of hostile modules so that a hole in
 * the sandbox does not harm this machine: in namespaces of its own (users, mounts, processes, network, IPC), before a
 * read-only view of the file system with a /tmp of its own.
 *
 * --user  as nobody when this is started by root, else as who starts it (the default)
 * --root  as root; started by anybody else it says why it cannot, and ends with 77, which ctest counts as skipped
 * --no-user-namespaces  where no further user namespace can be made, as in a container with the default profile
 *
 * What the machine does not allow is left out, and said; only a user or a denial that was asked for is never left out. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SKIPPED = 77, AGAIN = 124, BROKEN = 125, NOBODY = 65534 };

static int as_root, no_user_namespaces;

static void say(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("tier: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
}

static int write_file(const char* path, const char* text) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  const ssize_t size = (ssize_t)strlen(text);
  const int result = write(fd, text, (size_t)size) == size ? 0 : -1;
  close(fd);
  return result;
}

/* By the parent, which is outside: users keep their numbers, for root all of them. */
static int map_users(pid_t pid, uid_t uid, gid_t gid) {
  char path[64], users[64] = "0 0 4294967295", groups[64] = "0 0 4294967295";
  if (uid != 0) {
    snprintf(path, sizeof path, "/proc/%d/setgroups", pid);
    if (write_file(path, "deny") != 0) return -1;
    snprintf(users, sizeof users, "%u %u 1", uid, uid);
    snprintf(groups, sizeof groups, "%u %u 1", gid, gid);
  }
  snprintf(path, sizeof path, "/proc/%d/uid_map", pid);
  if (write_file(path, users) != 0) return -1;
  snprintf(path, sizeof path, "/proc/%d/gid_map", pid);
  return write_file(path, groups);
}

/* Process numbers are those of the namespace only where /proc shows them; a container may cover parts of its /proc, and
 * then the kernel gives no other. */
static int own_proc(void) { return mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL); }

static void read_only_view(void) {
  struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};
  struct mount_attr writable = {.attr_clr = MOUNT_ATTR_RDONLY};
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
      mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &read_only, sizeof read_only) != 0) {
    say("the file system stays writable: %s", strerror(errno));
    return;
  }
  /* The program's children write their maps of users there. */
  if (mount_setattr(AT_FDCWD, "/proc", 0, &writable, sizeof writable) != 0) say("/proc stays read-only: %s", strerror(errno));
  if (mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=512m") != 0) say("no /tmp: %s", strerror(errno));
}

static int become(uid_t uid, gid_t gid) {
  if (geteuid() != 0 || uid == 0) return 0;
  return setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0 ? -1 : 0;
}

static int run(char** command) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  execv(command[0], command);
  say("%s cannot be run: %s", command[0], strerror(errno));
  return errno == EACCES && geteuid() != 0 ? SKIPPED : 127;
}

/* The first process of the namespace; the program is its child, so that orphans have somebody. */
static int run_inside(char** command, uid_t uid, gid_t gid, int processes) {
  if (unshare(CLONE_NEWNS) == 0) {
    read_only_view();
    if (processes && own_proc() != 0) return say("no processes of its own, for /proc would show others: %s", strerror(errno)), AGAIN;
  } else {
    say("no mounts of its own: %s", strerror(errno));
    if (processes) return AGAIN;
  }
  if (unshare(CLONE_NEWNET) != 0) say("no network of its own: %s", strerror(errno));
  if (unshare(CLONE_NEWIPC) != 0) say("no IPC of its own: %s", strerror(errno));
  if (no_user_namespaces && write_file("/proc/sys/user/max_user_namespaces", "0") != 0) {
    say("the quota of user namespaces cannot be set: %s", strerror(errno));
    return BROKEN;
  }
  if (become(uid, gid) != 0) {
    say("user %u cannot be had: %s", uid, strerror(errno));
    return BROKEN;
  }
  const pid_t pid = fork();
  if (pid == 0) _exit(run(command));
  int status = 0;
  for (;;) {
    const pid_t ended = wait(&status);
    if (ended == pid) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (ended < 0 && errno != EINTR) return BROKEN;
  }
}

static int in_user_namespace(char** command, uid_t uid, gid_t gid, int processes, int made, int mapped) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  char byte = 1;
  if (unshare(CLONE_NEWUSER) != 0) {
    say("no namespaces at all (%s): nothing but its user protects this machine", strerror(errno));
    return become(uid, gid) == 0 ? run(command) : BROKEN;
  }
  if (write(made, &byte, 1) != 1 || read(mapped, &byte, 1) != 1) return BROKEN;
  if (processes && unshare(CLONE_NEWPID) != 0) return say("no processes of its own: %s", strerror(errno)), AGAIN;
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    _exit(run_inside(command, uid, gid, processes));
  }
  int status = 0;
  if (waitpid(pid, &status, 0) != pid) return BROKEN;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run_tier(char** command, uid_t uid, gid_t gid, int processes) {
  int made[2], mapped[2];
  if (pipe2(made, O_CLOEXEC) != 0 || pipe2(mapped, O_CLOEXEC) != 0) return BROKEN;
  const pid_t pid = fork();
  if (pid == 0) _exit(in_user_namespace(command, uid, gid, processes, made[1], mapped[0]));
  close(made[1]);
  close(mapped[0]);
  char byte = 0;
  /* End of file: the child goes on without a namespace. */
  if (read(made[0], &byte, 1) == 1) {
    if (map_users(pid, geteuid(), getegid()) != 0) say("no map of users: %s", strerror(errno));
    if (write(mapped[1], &byte, 1) != 1) return BROKEN;
  }
  close(made[0]);
  close(mapped[1]);
  int status = 0;
  if (waitpid(pid, &status, 0) != pid) return BROKEN;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char** argv) {
  int at = 1;
  for (; at < argc && argv[at][0] == '-'; ++at) {
    if (strcmp(argv[at], "--root") == 0) {
      as_root = 1;
    } else if (strcmp(argv[at], "--no-user-namespaces") == 0) {
      no_user_namespaces = 1;
    } else if (strcmp(argv[at], "--user") != 0) {
      break;
    }
  }
  if (at >= argc || argv[at][0] == '-') {
    say("usage: tier [--root | --user] [--no-user-namespaces] PROGRAM ARGUMENT...");
    return 2;
  }
  if (as_root && geteuid() != 0) {
    say("skipped: this tier is that of a host that runs as root, and this is user %u", geteuid());
    return SKIPPED;
  }
  const uid_t uid = geteuid() == 0 && !as_root ? NOBODY : geteuid();
  const gid_t gid = geteuid() == 0 && !as_root ? NOBODY : getegid();
  const int status = run_tier(argv + at, uid, gid, 1);
  return status == AGAIN ? run_tier(argv + at, uid, gid, 0) : status;
}
