import { documents, type Experiment } from '../stage/experiment.ts';

export const orphansAdopted: Experiment = {
  name: 'orphans-adopted',
  claim: 'A process whose parent ends is adopted and reaped by the init of its pid namespace, not by that of the host.',
  source: documents.article,
  async perform(stage) {
    const init = await stage.start([...stage.runIn('pid'), 'nscope', 'init', '-v'], /init: my PID is \d+\ninit\$ /);
    init.type('orphan\n');
    const adopted = await init.until(/Child {2}\(PID=(\d+)\) now an orphan \(parent PID=(\d+)\)/);
    stage.expect('the parent of the orphan, as it sees it', adopted?.[2], 1);
    const reaped = await init.until(new RegExp(`SIGCHLD handler: PID (${adopted?.[1]}) terminated`));
    stage.expect('the PID that init reaps', reaped?.[1], adopted?.[1] ?? 'that of the orphan');
    // Seen from outside, by one that stays.
    const made = await stage.make(['pid'], '(sleep 1000 & true)');
    const children = await stage.run(`cat /proc/${made.pid}/task/${made.pid}/children`);
    const orphan = children.trim().split(' ')[0] || 'self';
    const parent = await stage.run(`grep PPid: /proc/${orphan}/status`);
    stage.expect('the parent of an orphan, as the host sees it', parent.split(/\s+/)[1], made.pid);
  },
};
