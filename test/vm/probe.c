/*
 * The bed's one program in C, the same on both sides of the wall.
 *
 *   probe serve              guest   answers questions about its clocks (UDP 7777) and runs commands (TCP 7778)
 *   probe sample             guest   a line for each step of CLOCK_REALTIME, by looking at it every 20 ms
 *   probe step NANOSECONDS   guest   moves CLOCK_REALTIME by so much (ADJ_SETOFFSET)
 *   probe ask ADDRESS MS     host    a JSON line each MS milliseconds: the guest's clocks against our CLOCK_REALTIME
 *   probe exec ADDRESS CMD   host    runs CMD in the guest's shell: standard input, output, error and exit code pass through
 *
 * C, because what is judged lies below a millisecond: under emulation Node answers in 1 to 20 ms, this in 0.2 to 0.4 ms.
 *
 * An exchange: the host reads its clock (t1), the guest its own in the middle, the host again (t4). The guest's reading
 * belongs to a moment between t1 and t4, so taking the middle errs by at most half the round trip. The best of three counts.
 *
 * Nothing here may ever move the clock of the host: `step` insists on the mark that only the guest's init makes.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CLOCKS = 7777, COMMANDS = 7778 };
static const char GUEST_MARK[] = "/etc/clockwright-guest";
static const int64_t SECOND = 1000000000;

struct answer {
  uint64_t nonce;
  int64_t realtime, monotonic, boottime, raw;
  int64_t frequency; /* of adjtimex: ppm << 16 */
};

static int64_t now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * SECOND + t.tv_nsec;
}

static void fail(const char *what) {
  perror(what);
  exit(255);
}

static struct sockaddr_in at(const char *address, int port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  if (address && !inet_aton(address, &to.sin_addr)) fail(address);
  return to;
}

static void all(int fd, const void *bytes, size_t length) {
  for (const char *p = bytes; length;) {
    ssize_t n = write(fd, p, length);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) exit(255);
    p += n, length -= n;
  }
}

static int whole(int fd, void *bytes, size_t length) {
  for (char *p = bytes; length;) {
    ssize_t n = read(fd, p, length);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return 0;
    p += n, length -= n;
  }
  return 1;
}

/* ── guest: clocks ── */

static void answer_clocks(void) {
  int udp = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in here = at(NULL, CLOCKS);
  if (bind(udp, (void *)&here, sizeof here)) fail("bind udp");
  for (;;) {
    struct answer a = {0};
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    if (recvfrom(udp, &a.nonce, sizeof a.nonce, 0, (void *)&from, &length) != sizeof a.nonce) continue;
    struct timex kernel = {0};
    adjtimex(&kernel);
    a.frequency = kernel.freq;
    a.raw = now(CLOCK_MONOTONIC_RAW);
    a.monotonic = now(CLOCK_MONOTONIC);
    a.boottime = now(CLOCK_BOOTTIME);
    a.realtime = now(CLOCK_REALTIME);
    sendto(udp, &a, sizeof a, 0, (void *)&from, length);
  }
}

/* Slewing moves both clocks together: a change of their difference is a step, and nothing else is. */
static void sample_steps(void) {
  int64_t last = 0;
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (int first = 1;; first = 0) {
    int64_t difference = 0, best = INT64_MAX;
    for (int i = 0; i < 5 && best > 5000; i++) {
      int64_t before = now(CLOCK_MONOTONIC), real = now(CLOCK_REALTIME), after = now(CLOCK_MONOTONIC);
      if (after - before < best) best = after - before, difference = real - before - best / 2;
    }
    if (!first && best < 50000 && llabs(difference - last) > 50000)
      printf("{\"realtime\":\"%" PRId64 "\",\"step\":\"%" PRId64 "\"}\n", now(CLOCK_REALTIME), difference - last);
    if (first || best < 50000) last = difference;
    usleep(20000);
  }
}

static void step(int64_t by) {
  if (access(GUEST_MARK, F_OK)) fail("step: this is no guest of the bed");
  struct timex order = {.modes = ADJ_SETOFFSET | ADJ_NANO};
  order.time.tv_sec = by / SECOND - (by % SECOND < 0);
  order.time.tv_usec = by - order.time.tv_sec * SECOND;
  if (clock_adjtime(CLOCK_REALTIME, &order) < 0) fail("clock_adjtime");
}

/* ── guest: commands. In: length and text of the command, then its standard input. Out: frames of kind, length, bytes. ── */

static void frame(int to, char kind, const void *bytes, uint32_t length) {
  uint32_t n = htonl(length);
  all(to, &kind, 1), all(to, &n, 4), all(to, bytes, length);
}

static void pass(int from, int *open, int to, char kind) {
  char bytes[65536];
  ssize_t n = read(from, bytes, sizeof bytes);
  if (n > 0) frame(to, kind, bytes, n);
  else *open = 0;
}

static void run_command(int peer) {
  uint32_t length;
  if (!whole(peer, &length, 4)) exit(1);
  char *command = calloc(ntohl(length) + 1, 1);
  if (!whole(peer, command, ntohl(length))) exit(1);
  int out[2], err[2];
  if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC)) exit(1);
  signal(SIGCHLD, SIG_DFL);
  pid_t child = fork();
  if (child == 0) {
    setsid();
    dup2(peer, 0), dup2(out[1], 1), dup2(err[1], 2);
    execl("/bin/sh", "sh", "-c", command, NULL);
    _exit(127);
  }
  close(out[1]), close(err[1]);
  int ended = syscall(SYS_pidfd_open, child, 0), open_out = 1, open_err = 1, over = 0;
  while (open_out || open_err) {
    struct pollfd wait[] = {{open_out ? out[0] : -1, POLLIN}, {open_err ? err[0] : -1, POLLIN}, {over ? -1 : ended, POLLIN}};
    /* What a command left running in the background may hold the pipes for ever: after its end only what is there counts. */
    if (poll(wait, 3, over ? 0 : -1) == 0) break;
    if (wait[0].revents) pass(out[0], &open_out, peer, 'o');
    if (wait[1].revents) pass(err[0], &open_err, peer, 'e');
    if (wait[2].revents) over = 1;
  }
  int status;
  waitpid(child, &status, 0);
  unsigned char code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  frame(peer, 'x', &code, 1);
  exit(0);
}

static void serve_commands(void) {
  int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
  struct sockaddr_in here = at(NULL, COMMANDS);
  setsockopt(tcp, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(tcp, (void *)&here, sizeof here) || listen(tcp, 64)) fail("listen");
  signal(SIGCHLD, SIG_IGN);
  for (;;) {
    int peer = accept4(tcp, NULL, NULL, SOCK_CLOEXEC);
    if (peer < 0) continue;
    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (fork() == 0) run_command(peer);
    close(peer);
  }
}

/* ── host ── */

static void ask(const char *address, int every) {
  int udp = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in to = at(address, CLOCKS);
  uint64_t nonce = (uint64_t)now(CLOCK_MONOTONIC) << 8;
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (int64_t next = now(CLOCK_MONOTONIC);; next += every * (SECOND / 1000)) {
    int64_t late = now(CLOCK_MONOTONIC) - next;
    if (late < 0) usleep(-late / 1000);
    else next += late;
    struct answer best, got;
    int64_t round_trip = INT64_MAX, middle = 0;
    for (int i = 0; i < 3; i++) {
      nonce++;
      int64_t t1 = now(CLOCK_REALTIME), began = now(CLOCK_MONOTONIC);
      sendto(udp, &nonce, sizeof nonce, 0, (void *)&to, sizeof to);
      for (;;) {
        int left = 250 - (now(CLOCK_MONOTONIC) - began) / 1000000;
        struct pollfd wait = {udp, POLLIN};
        if (left <= 0 || poll(&wait, 1, left) <= 0) break;
        ssize_t n = recv(udp, &got, sizeof got, MSG_DONTWAIT);
        int64_t took = now(CLOCK_MONOTONIC) - began;
        if (n != sizeof got || got.nonce != nonce) continue;
        if (took < round_trip) round_trip = took, middle = t1 + took / 2, best = got;
        break;
      }
      if (round_trip == INT64_MAX) break;
    }
    if (round_trip == INT64_MAX) printf("{\"at\":\"%" PRId64 "\"}\n", now(CLOCK_REALTIME));
    else
      printf("{\"at\":\"%" PRId64 "\",\"roundTrip\":\"%" PRId64 "\",\"realtime\":\"%" PRId64 "\",\"monotonic\":\"%" PRId64
             "\",\"boottime\":\"%" PRId64 "\",\"raw\":\"%" PRId64 "\",\"frequencyPpm\":%.3f}\n",
             middle, round_trip, best.realtime, best.monotonic, best.boottime, best.raw, best.frequency / 65536.0);
  }
}

static int exec_there(const char *address, const char *command) {
  int tcp = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  struct sockaddr_in to = at(address, COMMANDS);
  if (connect(tcp, (void *)&to, sizeof to)) fail("connect");
  setsockopt(tcp, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  uint32_t length = htonl(strlen(command));
  all(tcp, &length, 4), all(tcp, command, strlen(command));
  signal(SIGPIPE, SIG_IGN);
  for (int input = 0;;) {
    struct pollfd wait[] = {{tcp, POLLIN}, {input, POLLIN}};
    poll(wait, 2, -1);
    if (wait[1].revents) {
      char bytes[65536];
      ssize_t n = read(0, bytes, sizeof bytes);
      if (n > 0) all(tcp, bytes, n);
      else shutdown(tcp, SHUT_WR), input = -1;
    }
    if (!wait[0].revents) continue;
    char kind, bytes[65536];
    if (!whole(tcp, &kind, 1) || !whole(tcp, &length, 4)) fail("the guest hung up");
    for (uint32_t left = ntohl(length); left;) {
      uint32_t part = left < sizeof bytes ? left : sizeof bytes;
      if (!whole(tcp, bytes, part)) fail("the guest hung up");
      if (kind == 'x') return (unsigned char)bytes[0];
      all(kind == 'e' ? 2 : 1, bytes, part);
      left -= part;
    }
  }
}

int main(int count, char **words) {
  const char *verb = count > 1 ? words[1] : "";
  if (!strcmp(verb, "serve")) {
    if (fork() == 0) answer_clocks();
    serve_commands();
  }
  if (!strcmp(verb, "sample")) sample_steps();
  if (!strcmp(verb, "step") && count == 3) return step(strtoll(words[2], NULL, 10)), 0;
  if (!strcmp(verb, "ask") && count == 4) ask(words[2], atoi(words[3]));
  if (!strcmp(verb, "exec") && count == 4) return exec_there(words[2], words[3]);
  fprintf(stderr, "probe serve | sample | step NANOSECONDS | ask ADDRESS MS | exec ADDRESS COMMAND\n");
  return 255;
}
