# A Debian to build on, the wheels of the lock, and a first build, whose layers are kept.
export PREPARED=$1 HANDBOOK=$PWD
. /etc/os-release
[ "$EUID" = 0 ] || { echo "debootstrap, and buildah as it is used here, need root." >&2; exit 1; }
mirror=$(apt-get indextargets --format '$(REPO_URI)' "Codename: $VERSION_CODENAME" | head -n 1)
debootstrap --variant=minbase --include=python3-venv,ca-certificates \
  "$VERSION_CODENAME" "$1/debian" "$mirror" >"$1/debootstrap.log" 2>&1 ||
  { tail -n 5 "$1/debootstrap.log" >&2; exit 1; }
rm -rf "$1"/debian/var/{cache/apt,lib/apt/lists}/*
"$PYTHON" -m pip download -qq --only-binary :all: --require-hashes \
  -r locks/northstar.txt -d "$1/wheels"
storage=(--root "$1/images" --runroot "$1/run" --storage-driver overlay)
container=$(buildah "${storage[@]}" from scratch)
buildah "${storage[@]}" add -q "$container" "$1/debian" / >"$1/base.log"
buildah "${storage[@]}" commit -q "$container" localhost/debian >>"$1/base.log"
buildah "${storage[@]}" rm "$container" >>"$1/base.log"
rm -rf "$1/debian"
bash -eu examples/tools/docker/build.sh
