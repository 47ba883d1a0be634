"""Prints the containers of a host, knowing nothing but the layout that namespacefs was proposed with in 2021.

A container is a pid namespace whose first task is in a uts namespace that is not the initial one: it is called by the
host name there, and belongs to the owner of the file uname. Usage: list-containers.py DIRECTORY
"""

import os
import pwd
import re
import sys


def read_tasks(directory, inode):
    with open(f"{directory}/pid/{inode}/tasks") as tasks:
        return [int(line) for line in tasks]


def find_uts(pid):
    return re.fullmatch(r"uts:\[(\d+)\]", os.readlink(f"/proc/{pid}/ns/uts"))[1]


def describe(directory, pids):
    """The host name and the owner's uid; None for what is in the initial uts namespace."""
    uname = f"{directory}/uts/{find_uts(pids[0])}/uname"
    if not os.path.exists(uname):
        return None
    uid = os.stat(uname).st_uid
    with open(uname) as names:
        return names.read().split()[1], uid


def main(directory):
    for inode in os.listdir(f"{directory}/pid"):
        pids = read_tasks(directory, inode)
        found = describe(directory, pids) if pids else None
        if found:
            name, uid = found
            print(f"{name} -> pids: {pids} user: {pwd.getpwuid(uid).pw_name}")


main(sys.argv[1])
