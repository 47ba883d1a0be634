// Kinds of links and rules that the host's own kernel has not, in a guest: WireGuard, tunnels, VRF, bond, and tables of
// ip_tables and nf_tables as modules, which no look may load.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { isKnown } from '../../src/model/snapshot/known.ts';
import type { Network, NetworkLink } from '../../src/model/snapshot/schema.ts';
import { missing } from '../tiers.ts';
import { bundleInGuest, fetchKernel, guestNeeds, runInGuest } from './guest.ts';
import { nameAnswer, readAnswer } from './guest-answers.ts';
import { guestsAtOnce } from './slots.ts';

const skip = missing({
  ...guestNeeds,
  commands: [...guestNeeds.commands, 'ip', 'nft', 'iptables-legacy'],
  files: [...guestNeeds.files, 'dist/nscope.cjs'],
});

/** Rules are made on the one; on the other there are none, and no module for them. */
const versions = ['6.1', '7'] as const;
type Version = (typeof versions)[number];

const net = `${bundleInGuest} net --all --json --no-bpf`;
const modules = 'cut -d " " -f 1 /proc/modules | sort';

/** Those that are moved into another namespace. */
const tunnels = {
  wg0: 'wireguard',
  gnv0: 'geneve id 7 remote 10.9.9.9',
  vx0: 'vxlan id 42 dstport 4790 remote 10.9.9.9',
  gre1: 'gre local 10.0.0.1 remote 10.0.0.2',
  ipip1: 'ipip local 10.0.0.1 remote 10.0.0.3',
  ip6t1: 'ip6tnl local fd18::1 remote fd18::2',
} as const;

/** Of these the kernel does not tell where they were made. */
const silent: ReadonlySet<string> = new Set(['wg0', 'gnv0']);

/** For one ip(8), which takes a tenth of a second there each time that it starts. */
const links = [
  ...Object.entries(tunnels).flatMap(([name, type]) => [
    `link add ${name} type ${type}`,
    `link set ${name} netns moved`,
  ]),
  'link add red type vrf table 10',
  'link add bond7 type bond',
  'link add va type veth peer name vb',
  'link set va master bond7',
  'link set vb master red',
  'link add low type veth peer name low2',
  'link add link low name ipv0 type ipvlan',
  'link set ipv0 netns moved',
];
const rules = [
  'ip netns exec made iptables-legacy -t nat -A PREROUTING -p tcp --dport 81 -j REDIRECT --to-ports 82 || exit',
  'ip netns exec made nft "add table ip x; add chain ip x p { type nat hook prerouting priority 0; }; add rule ip x p udp dport 53 dnat to 10.1.1.1" || exit',
];
const commandOf = (version: Version) =>
  [
    'ip netns add made; ip netns add moved',
    `printf '${links.join('\\n')}\\n' | ip -n made -batch - || exit`,
    ...(version === '6.1' ? rules : []),
    `${modules} >/tmp/before`,
    nameAnswer('net', net),
    `${modules} | diff /tmp/before - && echo NOTHING-LOADED`,
    ...['made', 'moved'].map((name) =>
      nameAnswer(name, `printf '{\\n"links":'; ip -n ${name} -d -j link; echo; echo '}'`),
    ),
    'for n in made moved; do echo "INODE $n $(stat -Lc %i /run/netns/$n)"; done',
  ].join('\n');

interface IpLink {
  readonly ifindex: number;
  readonly ifname: string;
  readonly mtu: number;
  readonly master?: string;
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: { readonly id?: number; readonly table?: number };
  };
}

describe('Links and rules.', { skip, concurrency: guestsAtOnce }, () => {
  before(() => versions.forEach(fetchKernel));
  for (const version of versions)
    test(`Links are as ip shows them, a moved tunnel says where it was made, and looking loads no module: Linux ${version}.`, async () => {
      const output = await runInGuest(version, commandOf(version));
      assert.match(output, /^NOTHING-LOADED$/m, output);
      const { networks } = readAnswer(output, 'net') as { readonly networks: readonly Network[] };
      const find = (name: string) => {
        const inode = Number(new RegExp(`^INODE ${name} (\\d+)$`, 'm').exec(output)?.[1]);
        const network = networks.find((one) => one.inode === inode);
        assert.ok(network && isKnown(network.links), output);
        return { inode, network, links: network.links };
      };
      const [made, moved] = [find('made'), find('moved')];
      for (const [name, { links }] of [
        ['made', made],
        ['moved', moved],
      ] as const) {
        const { links: told } = readAnswer(output, name) as { readonly links: readonly IpLink[] };
        assert.ok(told.length > 5);
        const describeOwn = ({ index, name: own, mtu, kind, master, vni, table }: NetworkLink) => ({
          ...{ index, name: own, mtu, kind, master, vni, table },
        });
        assert.deepEqual(
          links.map(describeOwn),
          told.map(({ ifindex, ifname, mtu, master, linkinfo }) => ({
            ...{ index: ifindex, name: ifname, mtu, kind: linkinfo?.info_kind ?? '' },
            master: told.find((link) => link.ifname === master)?.ifindex,
            vni: linkinfo?.info_data?.id,
            table: linkinfo?.info_kind === 'vrf' ? linkinfo.info_data?.table : undefined,
          })),
        );
      }
      for (const name of Object.keys(tunnels)) {
        const link = moved.links.find((one) => one.name === name);
        assert.deepEqual(link?.madeIn, silent.has(name) ? undefined : { inode: made.inode }, name);
      }
      const low = made.links.find(({ name }) => name === 'low');
      assert.deepEqual(moved.links.find(({ name }) => name === 'ipv0')?.peer, { inode: made.inode, index: low?.index });
      const { redirects } = made.network;
      assert.ok(redirects && isKnown(redirects), output);
      assert.deepEqual(
        redirects.list.map(({ by, protocol, ports, to }) => ({ by, protocol, ports, to })),
        version === '7'
          ? []
          : [
              { by: 'ip_tables', protocol: 'tcp', ports: ['81'], to: { own: true, port: '82' } },
              { by: 'nf_tables', protocol: 'udp', ports: ['53'], to: { address: '10.1.1.1' } },
            ],
      );
      assert.deepEqual(moved.network.redirects, { list: [] });
    });
});
