/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * without-namespaces PROGRAM ARGUMENT...: runs a program where it may not make user namespaces, as inside of a
 * container with the default profile: in a user namespace of its own, whose quota of further ones is zero. Users keep
 * their numbers. Where not even this one can be made, the program runs as it is: then there are none anyway. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int write_file(const char* path, const char* text) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  const ssize_t size = (ssize_t)strlen(text);
  const int result = write(fd, text, (size_t)size) == size ? 0 : -1;
  close(fd);
  return result;
}

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

static int run(char** command) {
  execv(command[0], command);
  fprintf(stderr, "without-namespaces: %s: %s\n", command[0], strerror(errno));
  return 127;
}

static int run_inside(char** command, int made, int mapped) {
  char byte = 1;
  if (unshare(CLONE_NEWUSER) != 0) return run(command);
  if (write(made, &byte, 1) != 1 || read(mapped, &byte, 1) != 1) return 125;
  if (write_file("/proc/sys/user/max_user_namespaces", "0") != 0) {
    fprintf(stderr, "without-namespaces: the quota cannot be set: %s\n", strerror(errno));
    return 125;
  }
  return run(command);
}

int main(int argc, char** argv) {
  int made[2], mapped[2];
  if (argc < 2 || pipe2(made, O_CLOEXEC) != 0 || pipe2(mapped, O_CLOEXEC) != 0) return 125;
  const uid_t uid = geteuid();
  const gid_t gid = getegid();
  const pid_t pid = fork();
  if (pid == 0) return run_inside(argv + 1, made[1], mapped[0]);
  close(made[1]);
  char byte = 0;
  /* End of file: the child runs the program without a namespace. */
  if (read(made[0], &byte, 1) == 1) {
    if (map_users(pid, uid, gid) != 0) fprintf(stderr, "without-namespaces: no map of users: %s\n", strerror(errno));
    if (write(mapped[1], &byte, 1) != 1) return 125;
  }
  int status = 0;
  if (waitpid(pid, &status, 0) != pid) return 125;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
