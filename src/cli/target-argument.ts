// The argument TARGET, the same for every verb that takes one.
import type { VerbArgument } from './verb.ts';

/** The argument of verbs that speak of one thing. */
export const targetArgument: VerbArgument = {
  name: 'TARGET',
  meaning:
    'net:[4026532992], 4026532992, net:NAME, net:PID, net:self, /run/netns/NAME, /proc/PID/ns/net, id:5121 (64-bit id), docker:NAME (podman:, lxc: and so on), a PID, self, or a bare name',
};
