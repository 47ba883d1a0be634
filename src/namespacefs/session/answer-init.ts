// The answer to the first request, FUSE_INIT: the version and the features that kernel and session share. Pure.
import { initFlag } from '../../parse/fuse/protocol.ts';
import { formatFuseInit } from '../../parse/fuse/reply.ts';
import type { FuseInitBody } from '../../parse/fuse/request.ts';

/** The minor version that the messages are made for. */
const knownMinor = 38;

/** Answers FUSE_INIT with no more than the kernel offers. */
export function answerInit(unique: bigint, { minor, maxReadahead, flags }: FuseInitBody): Uint8Array {
  const wanted = initFlag.asyncRead | initFlag.doReaddirplus | initFlag.parallelDirops | initFlag.maxPages;
  return formatFuseInit(unique, {
    minor: Math.min(minor, knownMinor),
    maxReadahead,
    flags: flags & (wanted | initFlag.readdirplusAuto),
    maxBackground: 64,
    maxWrite: 4096,
    maxPages: 256,
  });
}
