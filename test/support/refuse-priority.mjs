/**
 * `node --import` of this: the kernel refuses all threads of the process to change their priority or scheduling, with EPERM,
 * as it does for a service whose system calls are filtered (seccomp(2)).
 */
import koffi from "koffi";

const NUMBERS = {
  x64: { machine: 0xc000003e, seccomp: 317, refused: [141, 314] },
  arm64: { machine: 0xc00000b7, seccomp: 277, refused: [140, 274] },
}[process.arch];

const EPERM = 1;
const RETURN_ERRNO = 0x00050000;
const RETURN_ALLOW = 0x7fff0000;
const LOAD_WORD = 0x20;
const JUMP_IF_EQUAL = 0x15;
const RETURN = 0x06;
/** In struct seccomp_data. */
const NUMBER = 0;
const MACHINE = 4;

const { refused, machine, seccomp } = NUMBERS;
const program = [
  [LOAD_WORD, 0, 0, MACHINE],
  [JUMP_IF_EQUAL, 1, 0, machine],
  [RETURN, 0, 0, RETURN_ALLOW],
  [LOAD_WORD, 0, 0, NUMBER],
  ...refused.flatMap((number) => [
    [JUMP_IF_EQUAL, 0, 1, number],
    [RETURN, 0, 0, RETURN_ERRNO | EPERM],
  ]),
  [RETURN, 0, 0, RETURN_ALLOW],
];
const filter = Buffer.alloc(program.length * 8);
program.forEach(([code, ifTrue, ifFalse, k], i) => {
  filter.writeUInt16LE(code, i * 8);
  filter.writeUInt8(ifTrue, i * 8 + 2);
  filter.writeUInt8(ifFalse, i * 8 + 3);
  filter.writeUInt32LE(k >>> 0, i * 8 + 4);
});

const library = koffi.load(null);
const malloc = library.func("void *malloc(size_t)");
const prctl = library.func(
  "int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)",
);
const syscall = library.func("long syscall(long, ...)");

const instructions = malloc(filter.length);
new Uint8Array(koffi.view(instructions, filter.length)).set(filter);
const header = Buffer.alloc(16);
header.writeUInt16LE(program.length, 0);
header.writeBigUInt64LE(BigInt(koffi.address(instructions)), 8);

const NO_NEW_PRIVILEGES = 38;
const SET_MODE_FILTER = 1;
const ALL_THREADS = 1;
prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0);
const failed = syscall(
  seccomp,
  "unsigned int",
  SET_MODE_FILTER,
  "unsigned int",
  ALL_THREADS,
  "void *",
  header,
);
if (Number(failed) !== 0) throw new Error(`seccomp: errno ${koffi.errno()}`);
