#!/bin/sh
# Starts the rpibroker agent on this machine, so that others can rent it:
#   curl -fsSL @BROKER_URL@/install.sh | sh -s -- KEY
# It needs Docker, and root or a user who may use Docker. It will
#   1. get the agent's image from the broker and check its digest, unless it is here already;
#   2. start one container with a volume of its own, both named rpibroker-agent.
# The container gets no access to your files, your other containers or your Docker engine. It makes its own
# Docker engine inside, for which it needs the rights listed at the end of this file.
# To remove everything: docker rm -f rpibroker-agent && docker volume rm rpibroker-agent
set -eu

main() {
  broker='@BROKER_URL@'
  name=${RPIBROKER_NAME:-rpibroker-agent}
  key=${1:-}

  [ -n "$key" ] || stop 'No key was given. The page of your device shows the whole command.'
  command -v docker >/dev/null || stop 'Docker is missing. On Debian and Raspberry Pi OS: sudo apt-get install docker.io'
  docker version >/dev/null 2>&1 || stop 'Docker does not answer this user. Try again with sudo: … | sudo sh -s -- KEY'
  choose_image
  echo "This starts the container $name from $reference for $broker."
  get_image
  start_agent
  echo "The agent runs. Watch it on your device's page, or with: docker logs -f $name"
}

choose_image() {
  case "$(uname -m)" in
    x86_64 | amd64) arch=amd64 reference='@AGENT_REFERENCE_AMD64@' sha256='@AGENT_SHA256_AMD64@' ;;
    aarch64 | arm64) arch=arm64 reference='@AGENT_REFERENCE_ARM64@' sha256='@AGENT_SHA256_ARM64@' ;;
    armv*) stop 'This is a 32-bit system. Install the 64-bit Raspberry Pi OS (Pi 3 or newer) and try again.' ;;
    *) stop "The processor $(uname -m) is not supported: the agent needs arm64 or amd64." ;;
  esac
  [ -n "$reference" ] || stop "This broker has no agent for $arch yet. Please tell its admin."
}

get_image() {
  docker image inspect "$reference" >/dev/null 2>&1 && return
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  echo "Downloading $broker/images/agent-$arch.tar"
  curl -fL --progress-bar -o "$folder/agent.tar" "$broker/images/agent-$arch.tar"
  echo "$sha256  $folder/agent.tar" | sha256sum -c - >/dev/null || stop 'The download is damaged. Nothing was started.'
  docker load --quiet --input "$folder/agent.tar"
}

start_agent() {
  url=$broker
  host=''
  case "$broker" in
    http://localhost* | http://127.* | https://localhost* | https://127.*)
      # Inside the container "localhost" is the container itself.
      url=$(echo "$broker" | sed 's#//[^:/]*#//broker.internal#')
      host='--add-host=broker.internal:host-gateway' ;;
  esac
  if docker container inspect "$name" >/dev/null 2>&1; then
    echo "The container $name exists. It is replaced; its volume and what it knows stay."
    docker rm -f "$name" >/dev/null
  fi
  # Loop devices (b 7:*, c 10:237) hold the renter's disk; the capabilities are for its mounts and its network.
  docker run -d --name "$name" --restart unless-stopped $host \
    --env "BROKER_URL=$url" --env "RPIBROKER_KEY=$key" --volume "$name:/state" \
    --cap-add SYS_ADMIN --cap-add NET_ADMIN --cap-add MKNOD --cap-add SYS_PTRACE \
    --device-cgroup-rule 'b 7:* rmw' --device-cgroup-rule 'c 10:237 rmw' \
    --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined \
    --log-opt max-size=5m --log-opt max-file=2 "$reference" >/dev/null
}

stop() {
  echo "$1" >&2
  exit 1
}

main "$@"
