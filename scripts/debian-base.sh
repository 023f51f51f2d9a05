#!/bin/sh
# Makes a file system like that of debian:bookworm-slim where no registry can be reached.
#   debian-base.sh FOLDER    leaves it in FOLDER/base.tar
set -eu
root=$1/root

debootstrap --variant=minbase --include=ca-certificates bookworm "$root" http://deb.debian.org/debian
cat > "$root/etc/apt/sources.list" <<'LIST'
deb http://deb.debian.org/debian bookworm main
deb http://deb.debian.org/debian bookworm-updates main
deb http://deb.debian.org/debian-security bookworm-security main
LIST
cat > "$root/etc/dpkg/dpkg.cfg.d/slim" <<'SLIM'
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/info/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/man/*
SLIM
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/usr/share/info/* \
  "$root"/usr/share/locale/* "$root"/usr/share/man/*
find "$root/usr/share/doc" ! -type d ! -name copyright -delete
tar -C "$root" -cf "$1/base.tar" .
