// Links a BPF object and packs it as a skeleton: all that bpf(2) wants to be given, with the places in it that depend on
// the running kernel's types described by names. native/bpf-skeleton.c reads it.
//
// The file, little-endian, each part padded to 8 bytes:
//   head     8 bytes magic; u32 maps, programs, bytes of types, bytes of strings; 32 bytes of hash; 72 bytes naming the
//            tools (ASCII, padded with zeros)
//   strings  each ends with a zero; the first is empty
//   types    BTF that has the program's functions and nothing else
//   maps     6 u32: type, bytes of a key, bytes of a value, entries, flags, name
//   programs 8 u32: type, place of attachment (BPF_TRACE_*), kind of the BTF type it is attached to (0: none), that type's
//            name, own name, instructions, places, functions; then those three:
//     instruction  8 bytes, as in linux/bpf.h
//     place        4 u32: instruction, what it wants (see `wants`), name of the kernel's type, path of members in it
//     function     2 u32: its first instruction, its number among the types
import { readBpfObject } from './bpf-object.js';

export const magic = 'nscopeB2';
export const headBytes = 128;

/** What an instruction takes from the kernel's types: the first four by their numbers of enum bpf_core_relo_kind. */
const wants = { memberOffset: 0, memberExists: 2, typeExists: 8, typeSize: 9, functionId: 100 };

/** Section names, as libbpf has them, to what PROG_LOAD wants: enum bpf_prog_type, enum bpf_attach_type, BTF_KIND_*. */
const places = [
  { section: /^syscall$/, type: 31 },
  { section: /^raw_tp$/, type: 17 },
  { section: /^iter\/(.+)$/, type: 26, attach: 28, kind: 12, prefix: 'bpf_iter_' },
  { section: /^tp_btf\/(.+)$/, type: 26, attach: 23, kind: 8, prefix: 'btf_trace_' },
  { section: /^fentry\/(.+)$/, type: 26, attach: 24, kind: 12, prefix: '' },
  { section: /^fexit\/(.+)$/, type: 26, attach: 25, kind: 12, prefix: '' },
];

const [callCode, wideCode] = [0x85, 0x18];
const [pseudoCall, pseudoKernelCall, pseudoFunction, pseudoMapIndex] = [1, 2, 4, 5];

/**
 * @param {Buffer} elf - what clang made
 * @param {string} hash - 64 hexadecimal digits, of the sources
 * @param {string} tools - at most 72 characters
 * @throws Error where the object has what a skeleton cannot say
 */
export function packSkeleton(elf, hash, tools) {
  const object = readBpfObject(elf);
  const strings = new Strings();
  const maps = readMaps(object);
  const programs = object.symbols
    .filter(({ isFunction, section }) => isFunction && placeOf(object, section))
    .map((symbol) => linkProgram(object, symbol, maps));
  if (programs.length === 0) throw new Error('no program');
  const types = packTypes(programs);
  const body = [
    ...maps.map(({ words, name }) => packWords([...words, strings.add(name)])),
    ...programs.flatMap((program) => packProgram(program, strings)),
  ];
  const head = Buffer.alloc(headBytes);
  head.write(magic, 0, 'latin1');
  const text = pad(strings.bytes());
  for (const [index, number] of [maps.length, programs.length, types.length, text.length].entries())
    head.writeUInt32LE(number, 8 + 4 * index);
  head.write(hash, 24, 'hex');
  head.write(tools, 56, headBytes - 56, 'latin1');
  return Buffer.concat([head, text, pad(types), ...body]);
}

function placeOf(object, section) {
  const name = object.sections[section]?.name ?? '';
  for (const { section: pattern, type, attach = 0, kind = 0, prefix } of places) {
    const match = name.match(pattern);
    if (match) return { type, attach, kind, target: prefix === undefined ? '' : `${prefix}${match[1]}` };
  }
  return undefined;
}

/** Maps as SEC(".maps") declares them: a member's array length or pointed-to type is its value. */
function readMaps({ btf, symbols, sections }) {
  if (sections.some(({ name, bytes }) => /^\.(rodata|data|bss)/.test(name) && bytes.length > 0))
    throw new Error('global variables would need initial values; use a map');
  return (btf.find('datasec', '.maps')?.members ?? [])
    .map(({ type }) => btf.type(type))
    .map(({ name, of }) => {
      const members = new Map(btf.plain(of).members.map((member) => [member.name, btf.plain(member.type).of]));
      const number = (key) => (members.has(key) ? btf.plain(members.get(key)).length : 0);
      const size = (key) => (members.has(key) ? btf.sizeOf(members.get(key)) : 0);
      const words = [number('type'), size('key'), size('value'), number('max_entries'), number('map_flags')];
      return { name, words, at: symbols.find((symbol) => symbol.name === name).value };
    })
    .sort((a, b) => a.at - b.at);
}

/** A program with the functions that it calls behind it, as the kernel wants them. */
function linkProgram(object, symbol, maps) {
  const main = functionAt(object, symbol.section, symbol.value);
  const functions = [];
  let length = 0;
  const place = (one) => {
    if (one.begin !== undefined) return;
    one.begin = length;
    length += one.symbol.size / 8;
    functions.push(one);
  };
  const all = new Map([[keyOf(main), main]]);
  place(main);
  for (const one of functions)
    for (const reference of one.references(maps)) {
      if (!reference.calls) continue;
      const key = keyOf(reference.calls);
      if (!all.has(key)) all.set(key, reference.calls);
      place(all.get(key));
    }
  const insns = Buffer.concat(
    functions.map(({ symbol: { section, value, size } }) =>
      object.sections[section].bytes.subarray(value, value + size),
    ),
  );
  const wanted = [];
  for (const one of functions) {
    for (const { at, calls, map, kernelFunction } of one.references(maps)) {
      const insn = one.begin + at;
      if (calls) {
        const source = insns[8 * insn] === callCode ? pseudoCall : pseudoFunction;
        setSource(insns, insn, source);
        insns.writeInt32LE(all.get(keyOf(calls)).begin - insn - 1, 8 * insn + 4);
      } else if (map !== undefined) {
        setSource(insns, insn, pseudoMapIndex);
        insns.writeInt32LE(map, 8 * insn + 4);
      } else {
        setSource(insns, insn, pseudoKernelCall);
        wanted.push({ insn, want: wants.functionId, type: kernelFunction, path: '' });
      }
    }
    for (const { at, ...place } of one.places()) wanted.push({ insn: one.begin + at, ...place });
  }
  return { ...placeOf(object, symbol.section), name: symbol.name, insns, wanted, functions };
}

function setSource(insns, insn, source) {
  insns[8 * insn + 1] = (insns[8 * insn + 1] & 15) | (source << 4);
}

function keyOf({ symbol }) {
  return `${symbol.section} ${symbol.value}`;
}

function functionAt(object, section, value) {
  const symbol = object.symbols.find((one) => one.isFunction && one.section === section && one.value === value);
  if (!symbol) throw new Error(`no function at ${value} of ${object.sections[section].name}`);
  const { name, bytes } = object.sections[section];
  const isInside = ({ offset }) => offset >= value && offset < value + symbol.size;
  const relocations = (object.relocations.get(name) ?? []).filter(isInside);
  return {
    symbol,
    parameters: parametersOf(object, name, value),
    /** Instructions that name another function, a map or a function of the kernel. `at`: from the function's first. */
    references: (maps) => {
      const found = relocations.map(({ offset, symbol: target }) => ({
        at: (offset - value) / 8,
        ...readReference(object, bytes, offset, target, maps),
      }));
      // A call within the section has no relocation.
      for (let offset = value; offset < value + symbol.size; offset += 8)
        if (
          bytes[offset] === callCode &&
          bytes[offset + 1] >>> 4 === pseudoCall &&
          !relocations.some((one) => one.offset === offset)
        )
          found.push({
            at: (offset - value) / 8,
            calls: functionAt(object, section, offset + 8 * (bytes.readInt32LE(offset + 4) + 1)),
          });
      return found;
    },
    places: () =>
      object.coreRelocations
        .filter((one) => one.section === name && isInside(one))
        .map(({ offset, type, access, kind }) => ({
          at: (offset - value) / 8,
          ...readPlace(object.btf, type, access, kind),
        })),
  };
}

function readReference(object, bytes, offset, target, maps) {
  const addend = bytes.readInt32LE(offset + 4);
  const section = object.sections[target.section]?.name;
  if (section === '.maps') return { map: maps.findIndex(({ at }) => at === target.value + addend) };
  if (target.section === 0 && bytes[offset] === callCode) return { kernelFunction: target.name };
  const value = target.value + (bytes[offset] === wideCode ? addend : 8 * (addend + 1));
  return { calls: functionAt(object, target.section, value) };
}

function parametersOf({ btf, functions }, section, offset) {
  const found = functions.find((one) => one.section === section && one.offset === offset);
  return found ? btf.type(btf.type(found.type).of).parameters : 0;
}

/** "0:3:1" of a local type becomes the names of members, those of unnamed structures left out. */
function readPlace(btf, id, access, want) {
  if (!Object.values(wants).includes(want)) throw new Error(`a CO-RE relocation of kind ${want}`);
  const root = btf.plain(id);
  if (!['struct', 'union'].includes(root.kind) || root.name === '') throw new Error(`a place in a ${root.kind}`);
  const type = root.name.split('___')[0];
  if (want === wants.typeExists || want === wants.typeSize) return { want, type, path: '' };
  const [first, ...indices] = access.split(':').map(Number);
  if (first !== 0) throw new Error(`an element of an array of ${type}`);
  const path = [];
  let here = root;
  for (const index of indices) {
    const member = here.members[index];
    if (!member) throw new Error(`an element of an array in ${type}`);
    if (member.name !== '') path.push(member.name);
    here = btf.plain(member.type);
  }
  return { want, type, path: path.join('.') };
}

/**
 * BTF that names the functions: without it the kernel takes no callbacks. What their parameters are is of interest for
 * global functions alone, of which there are none but the programs themselves.
 */
function packTypes(programs) {
  const strings = new Strings();
  const types = [packWords([strings.add('long'), 1 << 24, 8, (1 << 24) | 64])];
  const numbers = new Map();
  for (const one of programs.flatMap(({ functions }) => functions)) {
    if (!numbers.has(keyOf(one))) {
      const parameters = Array.from({ length: one.parameters }, () => [strings.add('a'), 1]).flat();
      types.push(packWords([0, (13 << 24) | one.parameters, 1, ...parameters]));
      types.push(packWords([strings.add(one.symbol.name), 12 << 24, types.length]));
      numbers.set(keyOf(one), types.length);
    }
    one.type = numbers.get(keyOf(one));
  }
  const bytes = Buffer.concat(types);
  const text = strings.bytes();
  const head = packWords([0x0001eb9f, 24, 0, bytes.length, bytes.length, text.length]);
  return Buffer.concat([head, bytes, text]);
}

function packProgram({ type, attach, kind, target, name, insns, wanted, functions }, strings) {
  const counts = [insns.length / 8, wanted.length, functions.length];
  return [
    packWords([type, attach, kind, strings.add(target), strings.add(name), ...counts]),
    insns,
    ...wanted.map(({ insn, want, type: of, path }) => packWords([insn, want, strings.add(of), strings.add(path)])),
    ...functions.map(({ begin, type: number }) => packWords([begin, number])),
  ];
}

function packWords(words) {
  const bytes = Buffer.alloc(4 * words.length);
  for (const [index, word] of words.entries()) bytes.writeUInt32LE(word >>> 0, 4 * index);
  return bytes;
}

function pad(bytes) {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 7)]);
}

/** Strings one after the other, each once. */
class Strings {
  #places = new Map([['', 0]]);
  #length = 1;

  /** Where it stands. */
  add(text) {
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    const place = this.#length;
    this.#places.set(text, place);
    this.#length += text.length + 1;
    return place;
  }

  bytes() {
    return Buffer.from([...this.#places.keys()].map((text) => `${text}\0`).join(''), 'latin1');
  }
}
