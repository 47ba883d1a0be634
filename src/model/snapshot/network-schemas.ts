// What a network namespace has, as a snapshot has it: links, addresses, routes, sockets, redirects. Part of the schema.
import Type from 'typebox';
import { inode, known, natural, strict } from './schema-parts.ts';

const linkPlace = Type.Object(
  {
    inode: known(Type.Integer({ minimum: 1, description: 'The network namespace that it is in.' })),
    index: Type.Integer({ minimum: 1, description: 'Its ifindex there.' }),
  },
  { ...strict, description: 'A link of any network namespace.' },
);

const descriptorOfProcess = Type.Object({ pid: natural, fd: natural }, strict);

export const networkLinkSchema = Type.Object(
  {
    index: Type.Integer({ minimum: 1, description: 'ifindex.' }),
    name: Type.String(),
    altNames: Type.Array(Type.String()),
    kind: Type.String({ description: 'veth, bridge and the like; "" for lo and devices of the machine.' }),
    state: Type.String({ description: 'Of RFC 2863, as ip link shows it: up, down, lower-layer-down, unknown, …' }),
    flags: Type.Integer({ minimum: 0, description: 'IFF_UP and others: netdevice(7).' }),
    mtu: natural,
    mac: Type.String({ description: 'Its address on the link, of most kinds a MAC; "" without one.' }),
    master: Type.Optional(
      Type.Integer({ minimum: 1, description: 'ifindex of the bridge, bond or VRF that it is a port of.' }),
    ),
    peer: Type.Optional(
      Type.Object(linkPlace.properties, {
        ...strict,
        description: 'Of a veth its other end; of macvlan, ipvlan, vlan, vxlan and tunnels the link below it.',
      }),
    ),
    madeIn: Type.Optional(
      Type.Object(
        { inode: known(inode) },
        {
          ...strict,
          description:
            'Of a tunnel without a link below it, that was moved: the network namespace in which its packets leave.',
        },
      ),
    ),
    device: Type.Optional(Type.String({ description: 'The device of the machine that is behind it, as virtio0.' })),
    vlan: Type.Optional(natural),
    vni: Type.Optional(Type.Integer({ minimum: 0, description: 'Of vxlan and geneve.' })),
    table: Type.Optional(Type.Integer({ minimum: 0, description: 'Of a VRF: the table of its routes.' })),
    mode: Type.Optional(Type.Union([Type.Literal('tun'), Type.Literal('tap')])),
    owner: Type.Optional(Type.Integer({ minimum: 0, description: 'The uid that may open a tun or tap device.' })),
    openedBy: Type.Optional(
      Type.Array(descriptorOfProcess, { description: 'Of a tun or tap device: who has it open, as far as is seen.' }),
    ),
  },
  { ...strict, description: 'A link of a network namespace: rtnetlink(7).' },
);

export const networkRouteSchema = Type.Object(
  {
    family: Type.Union([Type.Literal(4), Type.Literal(6)]),
    to: Type.String({ description: 'default, or as 10.0.0.0/24.' }),
    via: Type.Optional(Type.String()),
    link: Type.Optional(Type.Integer({ minimum: 0, description: 'ifindex of the link that it leaves by.' })),
    table: Type.Integer({ minimum: 0, description: '254 is the main one.' }),
    kind: Type.String({ description: 'unicast, blackhole, unreachable or prohibit.' }),
  },
  strict,
);

export const listeningSocketSchema = Type.Object(
  {
    protocol: Type.Union([Type.Literal('tcp'), Type.Literal('udp')]),
    address: Type.String({ description: '0.0.0.0 or :: for all addresses.' }),
    port: natural,
    uid: Type.Integer({ minimum: 0, description: "Of who made it, as the reader's user namespace has it." }),
    socket: Type.Integer({ minimum: 0, description: 'Inode number in sockfs.' }),
    owners: known(Type.Array(descriptorOfProcess, { description: 'Who has it open; none: no process that was seen.' })),
  },
  { ...strict, description: 'A socket that listens (tcp), or is bound and has no peer (udp).' },
);

export const redirectSchema = Type.Object(
  {
    hooks: Type.Array(Type.Union([Type.Literal('prerouting'), Type.Literal('output')]), {
      description: 'prerouting: of packets that arrive; output: of those that processes of the namespace send.',
    }),
    by: Type.Union([Type.Literal('nf_tables'), Type.Literal('ip_tables')]),
    table: Type.String({ description: 'As "ip nat", "inet netavark".' }),
    chain: Type.String({ description: 'Where the rule is.' }),
    family: Type.Optional(Type.Union([Type.Literal(4), Type.Literal(6)])),
    protocol: Type.Optional(Type.String({ description: 'tcp, udp, or a number of IP; absent: any.' })),
    addresses: Type.Optional(
      Type.Array(Type.String(), {
        description: 'Destinations that it takes: 10.0.0.7, 10.0.0.0/24, 10.0.0.1-10.0.0.9; absent: any.',
      }),
    ),
    own: Type.Optional(Type.Literal(true, { description: 'Only destinations that are addresses of the namespace.' })),
    ports: Type.Optional(Type.Array(Type.String(), { description: 'As 80, 80-90; absent: any.' })),
    conditions: Type.Array(Type.String(), { description: 'What else must be, in words.' }),
    others: Type.Array(Type.String(), {
      description:
        'What must also be and is not understood, as the kernel calls it; "earlier rules": may take it before.',
    }),
    to: Type.Object(
      {
        address: Type.Optional(Type.String({ description: 'As in addresses; absent: the address stays.' })),
        own: Type.Optional(Type.Literal(true, { description: 'The namespace itself.' })),
        port: Type.Optional(Type.String({ description: 'As in ports; absent: the port stays.' })),
        computed: Type.Optional(Type.Literal(true, { description: 'The rule computes what is absent here.' })),
        prefix: Type.Optional(Type.Literal(true, { description: 'Addresses keep their last bits.' })),
      },
      strict,
    ),
  },
  { ...strict, description: 'A rule that changes the destination of packets: DNAT, REDIRECT.' },
);

export const networkSchema = Type.Object(
  {
    inode,
    links: known(Type.Array(networkLinkSchema)),
    addresses: known(
      Type.Array(
        Type.Object(
          { link: Type.Integer({ minimum: 1, description: 'ifindex.' }), address: Type.String(), prefix: natural },
          strict,
        ),
      ),
    ),
    routes: known(
      Type.Object(
        {
          count: Type.Integer({ minimum: 0, description: 'Without those to own addresses.' }),
          cut: Type.Optional(Type.Literal(true, { description: 'There are more than were counted.' })),
          list: Type.Array(networkRouteSchema, { description: 'The default routes, then others; 100 at the most.' }),
        },
        strict,
      ),
    ),
    neighbours: known(
      Type.Object(
        { count: natural, cut: Type.Optional(Type.Literal(true)) },
        { ...strict, description: 'ARP and NDP.' },
      ),
    ),
    listening: known(Type.Array(listeningSocketSchema)),
    sockets: known(
      Type.Object({ tcp: natural, udp: natural, raw: natural }, { ...strict, description: 'How many are in use.' }),
    ),
    conntrack: known(Type.Integer({ minimum: 0, description: 'How many connections are tracked.' })),
    redirects: Type.Optional(
      known(
        Type.Object(
          {
            list: Type.Array(redirectSchema),
            cut: Type.Optional(Type.Literal(true, { description: 'There are more than were followed.' })),
          },
          { ...strict, description: 'Rules of nf_tables and ip_tables; absent in snapshots of older versions.' },
        ),
      ),
    ),
  },
  { ...strict, description: 'What a network namespace has.' },
);
