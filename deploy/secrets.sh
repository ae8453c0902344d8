#!/bin/sh
# The secrets of docker-compose.yml, 32 random bytes in hex each.
#   ./secrets.sh        makes those that are empty or missing in .env, and lets only its owner read that file
#   ./secrets.sh check  refuses those in the environment that are missing, short, or known from an example
set -eu
NAMES='SECRET_KEY GARAGE_RPC_SECRET GARAGE_ADMIN_TOKEN JUPYTER_TOKEN'

secret() {
  od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

fill() {
  cd "$(dirname "$0")"
  if [ ! -f .env ]; then
    echo 'There is no .env to put secrets in. Make it first: cp .env.example .env' >&2
    exit 1
  fi
  umask 077
  for name in $NAMES; do
    if ! grep -q "^$name=" .env; then
      printf '\n%s=\n' "$name" >>.env
    fi
    if grep -q "^$name=[[:space:]]*\$" .env; then
      sed "s/^$name=[[:space:]]*\$/$name=$(secret)/" .env >.env.new
      mv .env.new .env
      echo "$name: made"
    else
      echo "$name: kept"
    fi
  done
  chmod 600 .env
}

check() {
  found=0
  for name in $NAMES; do
    eval "value=\${$name-}"
    case $value in
      *[Cc][Hh][Aa][Nn][Gg][Ee]?[Mm][Ee]* | 7f1c0d5a9e3b48c6a2d0f4e8b6135792c4ad60e17b3f85d2961e0c7a4b8d5f23)
        problem='is one of an example, which everybody can read'
        ;;
      ????????????????*) continue ;;
      *) problem='has fewer than 16 characters' ;;
    esac
    echo "$name $problem. Empty it in deploy/.env, then run ./secrets.sh there." >&2
    found=1
  done
  if [ "$found" = 1 ]; then
    echo 'How to change the SECRET_KEY of a store that is there already: docs/operating.md, Secrets.' >&2
  fi
  return "$found"
}

case ${1-} in
  '') fill ;;
  check) check ;;
  *)
    echo 'usage: ./secrets.sh [check]' >&2
    exit 2
    ;;
esac
