import { documents, type Experiment } from '../stage/experiment.ts';
import { countLinks, findHolder } from '../stage/hidden.ts';

export const hiddenByDescriptor: Experiment = {
  name: 'hidden-by-descriptor',
  claim:
    'An open descriptor alone keeps a network namespace: no process and no thread is in it, and no link in /proc/PID/ns leads to it.',
  source: documents.listing,
  async perform(stage) {
    const made = await stage.make(['net']);
    const holder = await stage.start(`exec 3</proc/${made.pid}/ns/net; echo holding; exec sleep 1000`, /holding/);
    await stage.run(`kill -KILL ${made.pid}`);
    await made.actor.end();
    const name = `net:[${made.inodes.net}]`;
    stage.expect('how many links of tasks lead to it', await countLinks(stage, name), 0);
    stage.expect('what the descriptor leads to', await stage.run(`readlink /proc/${holder.pid}/fd/3`), name);
    stage.expect('the holder that nscope names', await findHolder(stage, name), `fd ${holder.pid}`);
  },
};
