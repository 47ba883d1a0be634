// The completion script for fish(1): 3.1 and later.
import { namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { workloadEngines } from '../../model/snapshot/workload-engines.ts';
import { type Completion, type CompletionTable, listWorkloads, targetPrefixes } from './completion-table.ts';

export function formatFishCompletion({ usual, targeted, verbs }: CompletionTable): string {
  const lines: string[] = [];
  for (const { name, summary } of verbs)
    lines.push(`complete -c nscope -n __nscope_begins -a ${quote(name)} -d ${quote(summary)}`);
  lines.push(`complete -c nscope -n '__nscope_begins; and __nscope_names_target' -f -a '(__nscope_targets)'`);
  for (const { name, options, arguments: words } of verbs) {
    const here = `complete -c nscope -n ${quote(`__nscope_is ${name}`)}`;
    for (const { short, long, meaning, optional, several, completion } of options) {
      const flags = `-l ${long.slice(2)}${short === undefined ? '' : ` -s ${short.slice(1)}`}`;
      const value = completion ? ` ${optional ? '' : '-r '}${formatValue(completion, several)}` : '';
      lines.push(`${here} ${flags}${value} -d ${quote(meaning)}`);
    }
    words.forEach(({ completion, repeated }, i) => {
      // The first word is a verb, also where that of the usual one need not be written.
      const begun = name === usual ? 'not __nscope_begins; and ' : '';
      const condition = `${begun}__nscope_is ${name}${repeated ? '' : ` ${i + 1}`}`;
      if (completion.kind !== 'free')
        lines.push(`complete -c nscope -n ${quote(condition)} ${formatValue(completion, false)}`);
    });
  }
  const valued = verbs.flatMap(({ options }) =>
    options.flatMap(({ short, long, optional, completion }) =>
      completion && !optional ? [long, ...(short === undefined ? [] : [short])] : [],
    ),
  );
  return `# Completion of nscope for fish. Load it with: nscope completion fish | source
# or keep it as ~/.config/fish/completions/nscope.fish.

complete -c nscope -f

function __nscope_begins
    test (count (commandline -opc)) -eq 1
end

# Whether the word at the cursor can be a TARGET, where a verb could stand as well.
function __nscope_names_target
    string match -qr '^[0-9./]|:' -- (commandline -ct)
end

# Whether $argv[1] is the verb, and the word at the cursor its argument number $argv[2].
function __nscope_is
    set -l words (commandline -opc)
    set -l verb ${quote(usual)}
    if set -q words[2]; and contains -- $words[2] ${verbs.map(({ name }) => quote(name)).join(' ')}
        set verb $words[2]
        set -e words[2]
    else if set -q words[2]; and not string match -q -- '-*' $words[2]
        set verb ${quote(targeted)}
    end
    test $verb = $argv[1]; or return 1
    set -q argv[2]; or return 0
    set -l place 1
    set -l before ''
    for word in $words[2..-1]
        if not contains -- $before ${[...new Set(valued)].join(' ')}; and not string match -qr '^-.' -- $word
            set place (math $place + 1)
        end
        set before $word
    end
    test $place -eq $argv[2]
end

# The last of several words with commas between them; + and - in front of a word stay.
function __nscope_list
    set -l typed (commandline -ct | string replace -r -- '^--[a-z-]+=' '')
    set -l kept (string match -r -- '^(?:.*,)?[+-]?' "$typed")
    for word in $argv
        echo $kept$word
    end
end

function __nscope_pids
    for path in /proc/*
        string match -rq '^/proc/(?<pid>[0-9]+)$' -- $path; and echo $pid
    end
end

function __nscope_targets
    # A pattern of case has no brackets.
    if string match -qr '^[0-9]' -- (commandline -ct)
        __nscope_pids
        return
    end
    switch (commandline -ct)
        case '/*' './*' '../*'
            __fish_complete_path (commandline -ct)
        case ${namespaceTypes.map((type) => `'${type}:*'`).join(' ')}
            __nscope_namespaces (commandline -ct | string replace -r ':.*' '')
        case ${workloadEngines.map((engine) => `'${engine}:*'`).join(' ')}
            ${listWorkloads} | string replace -r '^~' '' | string match -r '^[A-Za-z0-9:/._@%+-]+$'
        case '*'
            __nscope_other_targets
    end
end

# Those of a type: by a PID once a digit is there, else by name and by inode number.
function __nscope_namespaces
    if string match -qr ':[0-9]' -- (commandline -ct)
        for pid in (__nscope_pids)
            echo $argv[1]:$pid
        end
        return
    end
    echo $argv[1]:self
    if test $argv[1] = net
        for path in /run/netns/*
            string replace /run/netns/ net: -- $path
        end
    end
    readlink /proc/*/ns/$argv[1] 2>/dev/null | sort -u
end

function __nscope_other_targets
    string join \\n self ${targetPrefixes.join(' ')}
    for path in /run/netns/*
        set -l name (string replace /run/netns/ '' -- $path)
        echo $name
        echo net:$name
    end
end

${lines.join('\n')}
`;
}

/** The flags of complete(1) for a value; without -F a value is no file. */
function formatValue(completion: Completion, several: boolean): string {
  switch (completion.kind) {
    case 'words':
      return `-f -a ${quote(several ? `(__nscope_list ${completion.words.join(' ')})` : completion.words.join(' '))}`;
    case 'file':
      return '-F';
    case 'target':
      return `-f -a '(__nscope_targets)'`;
    case 'pid':
      return `-f -a '(__nscope_pids)'`;
    case 'free':
      return '-f';
  }
}

function quote(word: string): string {
  return `'${word.replace(/[\\']/g, '\\$&')}'`;
}
