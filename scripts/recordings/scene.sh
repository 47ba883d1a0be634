# The host of the recordings, and how a command is recorded there. Runs as root in the guest. Its namespaces:
#   blue   a network namespace of ip netns, with a web server in it
#   green  the same without a process
#   web    a container of LXC
#   a sandbox of bubblewrap, started by the user nobody
#   an ipc namespace that only a descriptor holds
# Needs iproute2, bubblewrap, lxc, busybox, util-linux.
export HOME=/root TERM=xterm-256color
hostname demo

ip netns add blue
ip netns add green
ip -n blue link set lo up
ip netns exec blue busybox httpd -f -p 80 &

mkdir -p /run/lxc /run/web/{bin,dev,etc,proc,sys,tmp}
cp "$(command -v busybox)" /run/web/bin/
cat >/run/web.conf <<CONF
lxc.uts.name = web
lxc.rootfs.path = dir:/run/web
lxc.net.0.type = empty
lxc.mount.auto = proc:mixed
lxc.apparmor.profile = unconfined
lxc.init.cmd = /bin/busybox httpd -f -p 80
CONF
lxc-start -P /run/lxc -n web -f /run/web.conf

setpriv --reuid 65534 --regid 65534 --clear-groups bwrap --unshare-all --ro-bind / / --proc /proc sleep 1000 &

unshare --ipc sleep 2 &
sleep 1
bash -c "exec 9</proc/$!/ns/ipc; exec sleep 1001" &
sleep 4

# The shell of script(1): sets the size of its terminal, which echoes no keys.
cat >/run/terminal <<'TERMINAL'
#!/bin/bash
stty rows "$ROWS" cols "$WIDTH" -echo
unset ROWS WIDTH
exec $2
TERMINAL
chmod +x /run/terminal

# The terminals read their keys from here: a pipe that has no end.
mkfifo /run/keys
exec 8<>/run/keys

# record NAME COLUMNS ROWS COMMAND BEFORE SHOWS MEANWHILE SECONDS KEYS AFTER: prints "recording NAME COLUMNS BASE64".
record() {
	eval "$5" >/dev/null 2>&1
	: >/run/recorded
	if [ -n "$9" ]; then
		(
			for _ in {1..150}; do
				grep --quiet "$6" /run/recorded && break
				sleep 0.2
			done
			eval "$7"
			sleep "$8"
			printf "$9" >&8
		) >/dev/null 2>&1 &
	fi
	SHELL=/run/terminal ROWS=$3 WIDTH=$2 script --quiet --flush --command "$4" /dev/null <&8 >/run/recorded
	printf 'recording %s %s ' "$1" "$2"
	base64 --wrap 0 /run/recorded
	echo
	eval "${10}" >/dev/null 2>&1
}

# file NAME COMMAND BEFORE AFTER: prints "file NAME BASE64".
file() {
	eval "$3" >/dev/null 2>&1
	printf 'file %s ' "$1"
	$2 2>/dev/null | base64 --wrap 0
	echo
	eval "$4" >/dev/null 2>&1
}
