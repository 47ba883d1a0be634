// Prints what nscope detect --json prints, of itself or of a PID, and loads a fifth of what the command does: under
// emulation that is most of the time.
import { judgeEvidence } from '../../../src/analysis/detect/judge.ts';
import { readDetectEvidence } from '../../../src/kernel/detect/evidence.ts';
import { isKnown } from '../../../src/model/snapshot/known.ts';

const [word] = process.argv.slice(2);
const evidence = readDetectEvidence(word === undefined ? { about: 'self' } : { about: 'process', pid: Number(word) });
if (!isKnown(evidence)) throw new Error(`no evidence of ${word ?? 'itself'}: ${JSON.stringify(evidence)}`);
process.stdout.write(`${JSON.stringify({ verdicts: judgeEvidence(evidence), evidence })}\n`);
