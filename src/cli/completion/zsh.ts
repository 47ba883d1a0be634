// The completion script for zsh(1): 5.1 and later.
import { namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { workloadEngines } from '../../model/snapshot/workload-engines.ts';
import {
  type CompletedOption,
  type Completion,
  type CompletionTable,
  listWorkloads,
  targetPrefixes,
} from './completion-table.ts';

/** Serves both as a file _nscope in $fpath and as a text to source. */
export function formatZshCompletion({ usual, targeted, verbs }: CompletionTable): string {
  const cases = verbs.map(({ name, options, arguments: words }) => {
    const specs = [
      ...options.flatMap(formatOption),
      ...words.map(
        ({ name: argument, completion, repeated }, i) =>
          `'${repeated ? '*' : i + 1}:${protect(argument)}:${act(completion, false)}'`,
      ),
    ];
    return `    ${name})\n      _arguments -s -S ${specs.join(' \\\n        ')} && ret=0\n      ;;`;
  });
  return `#compdef nscope
# Completion of nscope for zsh. Load it with: source <(nscope completion zsh)
# or keep it as a file _nscope in a directory of $fpath.

# The last of several words with commas between them; + and - in front of a word stay.
_nscope_list() {
  compset -P '*,'
  compset -P '[+-]'
  compadd -q -S '' -- "$@"
}

_nscope_pids() {
  compadd -- /proc/[0-9]*(N:t)
}

# Those of a type: by a PID once a digit is there, else by name and by inode number.
_nscope_namespaces() {
  if [[ $PREFIX == \${1}:[0-9]* ]]; then
    local -a pids=(/proc/[0-9]*(N:t))
    compadd -- \${1}:$^pids
    return
  fi
  local -a links=(\${(f)"$(readlink /proc/[0-9]*/ns/$1 2>/dev/null)"}) names=(/run/netns/*(N:t))
  compadd -- \${1}:self \${(u)links}
  [[ $1 == net ]] && compadd -- net:$^names
}

_nscope_targets() {
  local -a names=(/run/netns/*(N:t))
  case $PREFIX in
    /*|./*|../*) _files ;;
    [0-9]*) _nscope_pids ;;
    (${namespaceTypes.join('|')}):*) _nscope_namespaces \${PREFIX%%:*} ;;
    (${workloadEngines.join('|')}):*)
      local -a workloads=(\${(f)"$(${listWorkloads})"})
      workloads=(\${workloads#\\~})
      compadd -- \${(M)workloads:#[A-Za-z0-9:/._@%+-]##}
      ;;
    *)
      compadd -- self $names net:$^names
      compadd -q -S '' -- ${targetPrefixes.map(quote).join(' ')}
      ;;
  esac
}

_nscope() {
  local verb=${usual} ret=1
  local -a verbs=(
${verbs.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )) && [[ $PREFIX == [0-9./]* || $PREFIX == *:* ]]; then
    _nscope_targets
    return
  fi
  if (( CURRENT == 2 )) && [[ $PREFIX != -* ]]; then
    _describe -t verbs verb verbs && ret=0
    return ret
  fi
  local -a names=("\${verbs[@]%%:*}")
  if (( $names[(Ie)$words[2]] )); then
    verb=$words[2]
    shift words
    (( CURRENT-- ))
  elif [[ $words[2] != -* ]]; then
    verb=${targeted}
  fi
  case $verb in
${cases.join('\n')}
  esac
  return ret
}

if [[ $funcstack[1] == _nscope ]]; then
  _nscope "$@"
else
  compdef _nscope nscope
fi
`;
}

function formatOption({ short, long, meaning, value, optional, several, completion }: CompletedOption): string[] {
  const group = short === undefined ? '' : `(${short} ${long})`;
  const described = `[${protect(meaning)}]`;
  if (!completion || value === undefined)
    return [long, ...(short === undefined ? [] : [short])].map((flag) => `'${group}${flag}${described}'`);
  const action = act(completion, several);
  if (optional) return [`'${long}=-${described}::${protect(value)}:${action}'`];
  const takes = `${described}:${protect(value)}:${action}`;
  return [`'${group}${long}=${takes}'`, ...(short === undefined ? [] : [`'${group}${short}+${takes}'`])];
}

/** An action of _arguments, already safe between single quotes. */
function act(completion: Completion, several: boolean): string {
  switch (completion.kind) {
    case 'words':
      return several ? ` _nscope_list ${completion.words.join(' ')}` : `(${completion.words.join(' ')})`;
    case 'file':
      return '_files';
    case 'target':
      return ' _nscope_targets';
    case 'pid':
      return ' _nscope_pids';
    case 'free':
      return ' ';
  }
}

/** Text inside a specification of _arguments, between single quotes. */
function protect(text: string): string {
  return text.replace(/[\\[\]:]/g, '\\$&').replaceAll("'", `'\\''`);
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
