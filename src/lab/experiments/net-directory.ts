import { documents, type Experiment } from '../stage/experiment.ts';
import { readInode } from '../stage/stage.ts';

export const netDirectory: Experiment = {
  name: 'net-directory',
  claim: 'The inode number of a network namespace is that of its directory /proc/net/stat plus one.',
  source: documents.detecting,
  async perform(stage) {
    const output = await stage.run([
      ...stage.runIn('net'),
      'sh',
      '-c',
      'stat -c %i /proc/net/stat; readlink /proc/self/ns/net',
    ]);
    const [directory, link = ''] = output.split('\n');
    stage.expect('the inode of a new network namespace', readInode(link), Number(directory) + 1);
  },
};
