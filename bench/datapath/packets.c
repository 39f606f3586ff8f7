/*
 * Sends UDP packets from one network namespace, through whatever lies between, to another, and tells what a packet costs.
 *
 *   packets RECEIVER-NETNS new|established FLOWS-FILE MAX-PACKETS MAX-MILLISECONDS
 *
 * Runs in the sender's network namespace, on the machine's last CPU. Both ends are called eth0. A line of the file is
 * `source destination port`, addresses of one family. `new`: every packet has a source port that its flow has not had
 * yet. `established`: every flow is opened first, and answered from the receiver's end, so that conntrack has seen both ways.
 *
 * Packets go as whole frames in slices of one sendmmsg(2). On a veth the kernel carries a packet all the way to its receiver
 * before the sender goes on; where it does not, the slice is not over until all of it has been counted at the receiver. So the
 * time of a slice is the time of its packets' whole way, a lost packet is seen as lost and its slice is not counted, and a
 * slice in which the CPU was taken away stands alone.
 *
 * Prints: packets sent, packets that arrived, then the nanoseconds a packet of each slice, each number on a line.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SLICE = 64, MAX_FLOWS = 4096, PAYLOAD = 18, FIRST_PORT = 1024, PORTS = 64000, LOST_AFTER_MS = 50 };

/* The bridge between knows these by static entries. They are no interface's own, so that the receiver's stack drops what
 * it gets at once, after it was counted, and answers nothing. */
static const uint8_t SENDER[ETH_ALEN] = {2, 0x5e, 0x1d, 0, 0, 1};
static const uint8_t RECEIVER[ETH_ALEN] = {2, 0x5e, 0x1d, 0, 0, 2};

struct flow {
  uint8_t source[16], destination[16];
  uint16_t port;
};

static struct flow flows[MAX_FLOWS];
static int flow_count, family;
static uint8_t frames[SLICE][128];
static struct iovec parts[SLICE];
static struct mmsghdr messages[SLICE];
static char counters[8192];

static void die(const char *what) {
  perror(what);
  exit(1);
}

static double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static void read_flows(const char *path) {
  char source[64], destination[64];
  unsigned port;
  FILE *file = fopen(path, "r");
  if (!file) die(path);
  while (flow_count < MAX_FLOWS && fscanf(file, "%63s %63s %u", source, destination, &port) == 3) {
    struct flow *f = &flows[flow_count++];
    family = strchr(source, ':') ? AF_INET6 : AF_INET;
    if (inet_pton(family, source, f->source) != 1 || inet_pton(family, destination, f->destination) != 1) {
      fprintf(stderr, "no address: %s %s\n", source, destination);
      exit(1);
    }
    f->port = port;
  }
  fclose(file);
  if (flow_count == 0) {
    fprintf(stderr, "%s: no flows\n", path);
    exit(1);
  }
}

static void put16(uint8_t *at, unsigned value) {
  at[0] = value >> 8;
  at[1] = value;
}

static void header_checksum(uint8_t *ip) {
  uint32_t sum = 0;
  put16(ip + 10, 0);
  for (int i = 0; i < 20; i += 2) sum += ip[i] << 8 | ip[i + 1];
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  put16(ip + 10, ~sum);
}

/* A UDP checksum of zero is "none": conntrack then verifies none, as it does for packets of local sockets (CHECKSUM_PARTIAL). */
static size_t build(uint8_t *frame, const struct flow *f, uint16_t source_port, int is_reply) {
  const uint8_t *from = is_reply ? f->destination : f->source, *to = is_reply ? f->source : f->destination;
  size_t ip_header = family == AF_INET ? 20 : 40;
  uint8_t *ip = frame + ETH_HLEN, *udp = ip + ip_header;
  memset(frame, 0, sizeof frames[0]);
  memcpy(frame, is_reply ? SENDER : RECEIVER, ETH_ALEN);
  memcpy(frame + ETH_ALEN, is_reply ? RECEIVER : SENDER, ETH_ALEN);
  put16(frame + 12, family == AF_INET ? ETHERTYPE_IP : ETHERTYPE_IPV6);
  if (family == AF_INET) {
    ip[0] = 0x45;
    put16(ip + 2, ip_header + 8 + PAYLOAD);
    ip[6] = 0x40;
    ip[8] = 64;
    ip[9] = IPPROTO_UDP;
    memcpy(ip + 12, from, 4);
    memcpy(ip + 16, to, 4);
    header_checksum(ip);
  } else {
    ip[0] = 0x60;
    put16(ip + 4, 8 + PAYLOAD);
    ip[6] = IPPROTO_UDP;
    ip[7] = 64;
    memcpy(ip + 8, from, 16);
    memcpy(ip + 24, to, 16);
  }
  put16(udp, is_reply ? f->port : source_port);
  put16(udp + 2, is_reply ? source_port : f->port);
  put16(udp + 4, 8 + PAYLOAD);
  return ETH_HLEN + ip_header + 8 + PAYLOAD;
}

static int packet_socket(void) {
  struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_ifindex = if_nametoindex("eth0")};
  int fd = socket(AF_PACKET, SOCK_RAW, 0), buffer = 8 << 20;
  if (fd < 0) die("socket");
  setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer);
  if (bind(fd, (struct sockaddr *)&at, sizeof at)) die("bind to eth0");
  return fd;
}

/* What eth0 of the namespace in which this file was opened has received. */
static uint64_t received(int fd) {
  unsigned long long packets = 0;
  ssize_t length = pread(fd, counters, sizeof counters - 1, 0);
  if (length <= 0) die("counters");
  counters[length] = 0;
  char *line = strstr(counters, "eth0:");
  if (!line || sscanf(line + 5, "%*u %llu", &packets) != 1) die("counters of eth0");
  return packets;
}

static void send_slice(int fd, int count) {
  for (int sent = 0; sent < count;) {
    int n = sendmmsg(fd, messages + sent, count - sent, 0);
    if (n <= 0) die("sendmmsg");
    sent += n;
  }
}

/* Waits until the receiver has counted so many, or for as long as nothing comes that could still come. */
static uint64_t wait_for(int fd, uint64_t wanted) {
  uint64_t have = received(fd);
  for (double began = now_ns(); have < wanted && now_ns() - began < LOST_AFTER_MS * 1e6; have = received(fd)) sched_yield();
  return have;
}

static void open_flows(int sender, int receiver, int counter) {
  for (int first = 0; first < flow_count; first += SLICE) {
    int count = flow_count - first < SLICE ? flow_count - first : SLICE;
    for (int pass = 0; pass < 3; pass++) {
      for (int i = 0; i < count; i++) parts[i].iov_len = build(frames[i], &flows[first + i], FIRST_PORT, pass == 1);
      uint64_t before = received(counter);
      send_slice(pass == 1 ? receiver : sender, count);
      if (pass == 1)
        usleep(2000);
      else
        wait_for(counter, before + count);
    }
  }
}

int main(int argc, char **argv) {
  if (argc != 6) {
    fprintf(stderr, "usage: packets RECEIVER-NETNS new|established FLOWS-FILE MAX-PACKETS MAX-MILLISECONDS\n");
    return 2;
  }
  int is_new = strcmp(argv[2], "new") == 0;
  long max_packets = atol(argv[4]), slices = 0;
  double max_ns = atof(argv[5]) * 1e6;
  double *times = calloc(max_packets / SLICE + 1, sizeof *times);
  read_flows(argv[3]);

  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  CPU_SET(sysconf(_SC_NPROCESSORS_ONLN) - 1, &cpus);
  sched_setaffinity(0, sizeof cpus, &cpus);
  /* Not a real-time priority: where the kernel hands packets to ksoftirqd, that must get the CPU. */
  setpriority(PRIO_PROCESS, 0, -20);

  int sender = packet_socket();
  int own = open("/proc/thread-self/ns/net", O_RDONLY), theirs = open(argv[1], O_RDONLY);
  if (theirs < 0 || setns(theirs, CLONE_NEWNET)) die(argv[1]);
  int receiver = packet_socket(), counter = open("/proc/thread-self/net/dev", O_RDONLY);
  if (counter < 0 || setns(own, CLONE_NEWNET)) die("back to the sender's namespace");

  for (int i = 0; i < SLICE; i++) {
    parts[i].iov_base = frames[i];
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  if (!is_new) open_flows(sender, receiver, counter);

  uint64_t first = received(counter), expected = first, have = first;
  double began = now_ns();
  long sent = 0;
  while (sent + SLICE <= max_packets && now_ns() - began < max_ns) {
    for (int i = 0; i < SLICE; i++) {
      long number = sent + i;
      unsigned port = FIRST_PORT + (is_new ? number / flow_count % PORTS : 0);
      parts[i].iov_len = build(frames[i], &flows[number % flow_count], port, 0);
    }
    double slice_began = now_ns();
    send_slice(sender, SLICE);
    expected += SLICE;
    have = wait_for(counter, expected);
    if (have >= expected) times[slices++] = (now_ns() - slice_began) / SLICE;
    expected = have < expected ? have : expected;
    sent += SLICE;
  }
  have = received(counter);
  printf("%ld\n%ld\n", sent, (long)(have - first) < sent ? (long)(have - first) : sent);
  for (long i = 0; i < slices; i++) printf("%.0f\n", times[i]);
  return 0;
}
