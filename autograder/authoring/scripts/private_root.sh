# Runs a command as process 1 of a machine that looks freshly made: bash private_root.sh TREE build|run COMMAND…
# Started in mount, process and IPC namespaces of its own; nothing it does is seen outside of TREE, and all
# of it ends with it. `build` sees the whole machine, read-only, for pip's and apt's settings and mirrors;
# `run` sees what a distribution's image holds.
set -eu
tree=$1
mode=$2
shift 2
root=$tree/root

mount -t tmpfs -o mode=0755 none "$root"
for path in /*; do
    name=${path#/}
    target=$root/$name
    if [ -L "$path" ]; then
        cp -P "$path" "$target"
        continue
    fi
    [ -d "$path" ] || continue
    case $mode:$name in
        *:autograder | *:lost+found) ;;
        run:root) mkdir -m 0700 "$target" ;;
        *:proc | *:tmp | *:opt | run:run) mkdir "$target" ;;
        *:dev | *:sys) mkdir "$target" && mount --rbind "$path" "$target" ;;
        build:* | run:usr | run:bin | run:sbin | run:lib* | run:etc | run:var)
            mkdir "$target" && mount --rbind "$path" "$target" && mount -o remount,bind,ro "$target" ;;
    esac
done
for path in /opt/*; do
    target=$root$path
    [ "$mode" = build ] && [ -d "$path" ] && [ "$path" != /opt/autograder ] || continue
    mkdir "$target" && mount --rbind "$path" "$target" && mount -o remount,bind,ro "$target"
done

mkdir "$root/autograder" "$root/opt/autograder"
mount --bind "$tree/autograder" "$root/autograder"
mount --bind "$tree/environment" "$root/opt/autograder"
[ "$mode" = build ] || mount -o remount,bind,ro "$root/opt/autograder"
for path in tmp var/tmp dev/shm; do
    [ ! -d "$root/$path" ] || mount -t tmpfs -o mode=1777 none "$root/$path"
done

cd "$root"
mkdir .outside
pivot_root . .outside
mount -t proc proc /proc
umount -l /.outside
rmdir /.outside
cd /autograder
code=0
"$@" || code=$?
exit $code
