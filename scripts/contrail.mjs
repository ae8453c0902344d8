#!/usr/bin/env node
import { run } from './with-node.mjs';

run('app/src/cli/main.ts', process.argv.slice(2));
