#!/usr/bin/env node
// The program `graft`: the words of the command line come in, an exit code leaves. Run by users, as package.json's `bin` names it.
import { watchInterrupts } from './interrupts.ts';
import { main } from './main.ts';

process.exitCode = await main(process.argv.slice(2), watchInterrupts());
