// nscope run: makes namespaces and runs a command in them.
import { resolve } from 'node:path';
import { listInheritedDescriptors } from '../../kernel/own/inherited-descriptors.ts';
import {
  type MapRequest,
  type Pin,
  type Propagation,
  propagations,
  type RunRequest,
} from '../../launch/plan/run-request.ts';
import { type Made, runInNamespaces } from '../../launch/start/run.ts';
import { isNamespaceType, type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { formatJson } from '../../render/words/escape.ts';
import { finishAs } from '../command/finish.ts';
import { planCommand, usualShell } from '../command/read-command.ts';
import { readTypes } from '../reading/read-types.ts';
import { writeLines } from '../screen/output.ts';
import { readMadeTypes } from '../table/command-options.ts';
import { suggest, UsageError } from '../table/errors.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';

export async function run(words: readonly string[], options: OptionValues, given: GivenCommand): Promise<number> {
  const inherited = listInheritedDescriptors();
  const request = readRequest(options, given.repeated['keep'] ?? []);
  const command = readWords(words, given.behind);
  const steps = await planCommand(command, inherited);
  return finishAs(() => runInNamespaces(request, steps, command[0] ?? '', options.json ? tell : undefined));
}

/** Behind the first word that is no option all words are the command's, `--` as well. */
function readWords(words: readonly string[], behind: readonly string[] | undefined): readonly string[] {
  const all = words.length === 0 ? (behind ?? []) : behind ? [...words, '--', ...behind] : words;
  return all.length > 0 ? all : usualShell();
}

function tell({ pid, namespaces }: Made): void {
  writeLines([formatJson({ namespaces, process: { pid } })]);
}

/** @throws UsageError for options that do not go together */
function readRequest(options: OptionValues, keep: readonly string[]): RunRequest {
  const types = new Set([...readMadeTypes(options), ...readTypes(options)]);
  const implied: readonly (readonly [boolean, NamespaceType])[] = [
    [options.mapRoot === true || options.mapUser !== undefined || options.mapAuto === true, 'user'],
    [options.mountProc === true, 'mnt'],
    [options.offline === true, 'net'],
    [options.hostname !== undefined, 'uts'],
    [options.monotonic !== undefined || options.boottime !== undefined, 'time'],
    [options.init === true, 'pid'],
  ];
  for (const [asked, type] of implied) if (asked) types.add(type);
  if (types.size === 0)
    throw new UsageError('run makes namespaces: name one type or more, as in: nscope run --pid -- sh');
  if (options.propagation !== undefined && !types.has('mnt'))
    throw new UsageError('--propagation is about a new mount namespace: add --mount');
  return {
    types,
    maps: readMaps(options),
    propagation: readPropagation(options.propagation),
    mountProc: options.mountProc === true,
    loopback: options.offline === true,
    ...readTexts(options),
    pins: refuseTwice(keep.flatMap((word) => readPins(word, types))),
    init: options.init === true,
  };
}

function readTexts(options: OptionValues): Pick<RunRequest, 'hostname' | 'workdir' | 'monotonic' | 'boottime'> {
  const { hostname, workdir, monotonic, boottime } = options;
  for (const [name, value] of Object.entries({ monotonic, boottime }))
    if (value !== undefined && !/^-?\d{1,18}$/.test(value))
      throw new UsageError(`--${name} takes a whole number of seconds, and "${value}" was given`);
  return {
    ...(hostname === undefined ? {} : { hostname }),
    ...(workdir === undefined ? {} : { workdir }),
    ...(monotonic === undefined ? {} : { monotonic }),
    ...(boottime === undefined ? {} : { boottime }),
  };
}

function readMaps(options: OptionValues): MapRequest {
  const { mapRoot, mapUser, mapAuto } = options;
  if (mapRoot && mapUser !== undefined) throw new UsageError('--map-root and --map-user exclude each other');
  const [uid, gid] = mapUser === undefined ? [0, 0] : readIds(mapUser);
  if (mapAuto) return { kind: 'auto', uid, gid };
  return mapRoot || mapUser !== undefined ? { kind: 'one', uid, gid } : { kind: 'none' };
}

function readIds(word: string): readonly [number, number] {
  const [, uid, gid = uid] = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(word) ?? [];
  if (uid === undefined || Number(uid) >= 2 ** 32 - 1 || Number(gid) >= 2 ** 32 - 1)
    throw new UsageError(`--map-user takes UID or UID:GID, and "${word}" was given`);
  return [Number(uid), Number(gid)];
}

function readPropagation(word: string | undefined): Propagation {
  if (word === undefined) return 'private';
  const found = propagations.find((known) => known === word);
  if (found) return found;
  throw new UsageError(`--propagation cannot be "${word}"; ${suggest(word, propagations)}`);
}

function readPins(word: string, types: ReadonlySet<NamespaceType>): Pin[] {
  const [, prefix, rest = ''] = /^([^/:]*):(.*)$/s.exec(word) ?? [];
  if (prefix !== undefined) {
    if (!isNamespaceType(prefix))
      throw new UsageError(
        `--keep ${word}: "${prefix}" is not a type of namespaces; ${suggest(prefix, namespaceTypes)}, or ./${word} for a file of that name`,
      );
    if (rest === '') throw new UsageError(`--keep ${word}: no path stands after the colon`);
    if (!types.has(prefix)) throw new UsageError(`--keep ${word}: no ${prefix} namespace is made`);
    return [{ type: prefix, path: resolve(rest) }];
  }
  if (word === '') throw new UsageError('--keep takes a path, and "" was given');
  const path = resolve(word);
  const all = [...types];
  return all.length === 1
    ? all.map((type) => ({ type, path }))
    : all.map((type) => ({ type, path: `${path}/${type}`, directory: path }));
}

/** Of two on one path the upper one alone would be found there. Paths that links lead to the same file are told when they are made. */
function refuseTwice(pins: readonly Pin[]): readonly Pin[] {
  const seen = new Set<string>();
  for (const { path } of pins) {
    if (seen.has(path)) throw new UsageError(`--keep: ${path} is given twice, and one path keeps one namespace`);
    seen.add(path);
  }
  return pins;
}
