// The argument TARGET, the same for every verb that takes one.
import type { VerbArgument } from './verb.ts';

/** The argument of verbs that speak of one thing. */
export const targetArgument = {
  name: 'TARGET',
  meaning:
    'net:[4026532992], 4026532992, net:NAME, net:PID, net:self, /run/netns/NAME, /proc/PID/ns/net, id:5121 or :5121 (64-bit id), nsid:7 (of ip netns list-id), docker:NAME (podman:, lxc: and so on), a PID, PID:INODE (with the inode of its pidfd, as getino(1) prints it), self, or a bare name',
} as const satisfies VerbArgument;
