import { readTextFile } from '../../kernel/files/files.ts';
import { isKnown } from '../../model/snapshot/known.ts';
import { documents, type Experiment } from '../stage/experiment.ts';
import type { Stage, StagedProcess } from '../stage/stage.ts';

export const unreaped: Experiment = {
  name: 'unreaped',
  claim:
    'What has ended stays a zombie until it is waited for: an init must reap what it adopts, and one that does not gathers zombies.',
  source: documents.article,
  async perform(stage) {
    const leave = '(sleep 1000 & true)';
    const careless = await stage.make(['pid'], leave);
    const zombie = await endOrphan(stage, careless);
    await stage.until('it is a zombie', () => readState(zombie) === 'Z');
    const state = await stage.run(`grep State: /proc/${zombie}/status`);
    stage.expect('the state of an orphan that has ended, where PID 1 is sleep', state.split(/\s+/)[1], 'Z');
    const flags = [...stage.runIn('pid').slice(0, -1), '--init', '--'];
    const careful = await stage.makeWith([...flags, 'sh', '-c', `${leave}; echo ready; exec sleep 1000`]);
    const reaped = await endOrphan(stage, careful);
    await stage.until('it is reaped', () => readState(reaped) === undefined);
    const left = await stage.try(`ls -d /proc/${reaped} 2>/dev/null | wc -l`);
    stage.expect('how many are left where PID 1 is nscope’s init', left.output.trim(), 0);
  },
};

/** The last child of an init is what it has adopted. @returns its PID */
async function endOrphan(stage: Stage, { pid }: StagedProcess): Promise<string> {
  const children = await stage.run(`cat /proc/${pid}/task/${pid}/children`);
  const orphan = children.trim().split(' ').at(-1) || 'self';
  await stage.run(`kill -KILL ${orphan}`);
  return orphan;
}

function readState(pid: string): string | undefined {
  const status = readTextFile(`/proc/${pid}/status`);
  return isKnown(status) ? /State:\s+(\S)/.exec(status)?.[1] : undefined;
}
