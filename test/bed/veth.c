/* Makes a veth pair, and a macvtap over a device. rtnetlink(7) RTM_NEWLINK */
#include "bed.h"
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct message {
	struct nlmsghdr header;
	struct ifinfomsg info;
	char room[256];
};

static void *end_of(struct message *message) { return (char *)message + NLMSG_ALIGN(message->header.nlmsg_len); }

static struct rtattr *add(struct message *message, int type, const void *data, size_t size) {
	struct rtattr *attribute = end_of(message);
	*attribute = (struct rtattr){.rta_len = RTA_LENGTH(size), .rta_type = type};
	if (size) memcpy(RTA_DATA(attribute), data, size);
	message->header.nlmsg_len = NLMSG_ALIGN(message->header.nlmsg_len) + RTA_SPACE(size);
	return attribute;
}

static void close_nest(struct message *message, struct rtattr *nest) {
	nest->rta_len = (char *)end_of(message) - (char *)nest;
}

static const struct nlmsghdr new_link = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
                                         .nlmsg_type = RTM_NEWLINK,
                                         .nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK};

static bool ask(const struct message *message, const char *call) {
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0) return fail("socket(AF_NETLINK)");
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char room[512];
	} answer = {0};
	if (send(fd, message, message->header.nlmsg_len, 0) < 0 || recv(fd, &answer, sizeof answer, 0) < 0)
		return fail("send(RTM_NEWLINK)"), close(fd), false;
	close(fd);
	errno = -answer.error.error;
	return errno == 0 || fail(call);
}

bool make_macvtap(const char *name, unsigned int lower) {
	struct message message = {.header = new_link};
	add(&message, IFLA_IFNAME, name, strlen(name) + 1);
	add(&message, IFLA_LINK, &lower, sizeof lower);
	struct rtattr *link = add(&message, IFLA_LINKINFO, NULL, 0);
	add(&message, IFLA_INFO_KIND, "macvtap", 8);
	close_nest(&message, link);
	return ask(&message, "RTM_NEWLINK(macvtap)");
}

bool make_veth(const char *name, const char *peer, pid_t peer_pid) {
	struct message message = {.header = new_link};
	add(&message, IFLA_IFNAME, name, strlen(name) + 1);
	struct rtattr *link = add(&message, IFLA_LINKINFO, NULL, 0);
	add(&message, IFLA_INFO_KIND, "veth", 5);
	struct rtattr *data = add(&message, IFLA_INFO_DATA, NULL, 0);
	struct ifinfomsg peer_info = {0};
	struct rtattr *other = add(&message, VETH_INFO_PEER, &peer_info, sizeof peer_info);
	add(&message, IFLA_IFNAME, peer, strlen(peer) + 1);
	add(&message, IFLA_NET_NS_PID, &peer_pid, sizeof peer_pid);
	close_nest(&message, other);
	close_nest(&message, data);
	close_nest(&message, link);
	return ask(&message, "RTM_NEWLINK(veth)");
}
