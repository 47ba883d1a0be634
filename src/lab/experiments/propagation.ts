import { documents, type Experiment } from '../stage/experiment.ts';
import type { Stage, StagedProcess } from '../stage/stage.ts';

/** A mount namespace with shared mounts, as systemd makes those of the host. */
async function makeShared(stage: Stage): Promise<StagedProcess> {
  const flags = [...stage.runIn('mnt').slice(0, -1), '--propagation', 'shared', '--'];
  return await stage.makeWith([...flags, 'sh', '-c', 'echo ready; exec sleep 1000']);
}

/** How many file systems lie on /proc there. */
async function countProcs(stage: Stage, { pid }: StagedProcess): Promise<string> {
  return (await stage.try(`grep -c ' /proc ' /proc/${pid}/mountinfo`)).output;
}

/** Makes a copy of that mount namespace whose mounts stay as they are, and mounts /proc in it. */
async function mountInCopy(stage: Stage, host: StagedProcess, script: string): Promise<void> {
  const copy = ['nscope', 'run', '--pid', '--mount', '--propagation', 'unchanged', '--', 'sh', '-c', script];
  await stage.run([...stage.enter(host), ...copy]);
}

export const propagationTrap: Experiment = {
  name: 'propagation-trap',
  claim:
    'Where mounts are shared, a /proc that is mounted in a new mount namespace covers that of the namespace it was copied from as well.',
  source: documents.readers,
  async perform(stage) {
    const host = await makeShared(stage);
    const before = await countProcs(stage, host);
    await mountInCopy(stage, host, 'mount -t proc proc /proc');
    stage.expect('how many file systems lie on /proc outside', await countProcs(stage, host), Number(before) + 1);
    const self = await stage.try([...stage.enter(host), 'readlink', '/proc/self']);
    stage.expect('the status of reading /proc/self there', self.status ?? 'none', 1);
  },
};

export const propagationCure: Experiment = {
  name: 'propagation-cure',
  claim: 'mount --make-rslave / in the new mount namespace is the cure: what is mounted in there stays there.',
  source: documents.readers,
  async perform(stage) {
    const host = await makeShared(stage);
    const before = await countProcs(stage, host);
    await mountInCopy(stage, host, 'mount --make-rslave / && mount -t proc proc /proc && exec readlink /proc/self');
    stage.expect('how many file systems lie on /proc outside', await countProcs(stage, host), before);
    const self = await stage.try([...stage.enter(host), 'readlink', '/proc/self']);
    stage.expect('the status of reading /proc/self there', self.status ?? 'none', 0);
  },
};
