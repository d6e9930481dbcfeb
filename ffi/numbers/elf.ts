// Table: where an ELF file says what it is for (elf(5)), as far as an error message needs it. No code.

/** The first bytes of every ELF file. */
export const ELF_MAGIC = [0x7f, 0x45, 0x4c, 0x46] as const

/** Offsets of what stands at the same place in every ELF file. */
export const ELF_IDENT = { class: 4, data: 5, machine: 18 } as const

/** EI_CLASS and EI_DATA. */
export const ELF_CLASS = { 32: 1, 64: 2 } as const
export const ELF_LITTLE_ENDIAN = 1

/**
 * Offsets of the program headers: in the file's header, and within one of them; more of them for the files of this
 * machine.
 */
export const ELF_LAYOUT = {
  32: { phoff: 28, phentsize: 42, phnum: 44, offset: 4, filesz: 16 },
  64: { entry: 24, phoff: 32, phentsize: 54, phnum: 56, flags: 4, offset: 8, vaddr: 16, filesz: 32, memsz: 40 },
} as const

/** Offsets of the section headers of 64 bits: in the file's header, and within one of them; `size` is how large one is. */
export const ELF_SECTIONS = { table: 40, count: 60, type: 4, offset: 24, bytes: 32, size: 64 } as const

/** Of p_flags: it is executed. */
export const PF_X = 1

/** p_type: of a header that says nothing, of a segment, of the name of the loader, of notes, of the headers themselves. */
export const PT_NULL = 0
export const PT_LOAD = 1
export const PT_INTERP = 3
export const PT_NOTE = 4
export const PT_PHDR = 6

/** e_machine by number, as uname(1) and image platforms call it. */
export const ELF_MACHINE: { readonly [number: number]: string } = {
  2: 'SPARC',
  3: 'i386',
  8: 'MIPS',
  20: 'PowerPC',
  21: 'ppc64',
  22: 's390x',
  40: 'ARM',
  43: 'SPARC64',
  62: 'x86-64',
  183: 'AArch64',
  243: 'RISC-V',
  258: 'LoongArch',
}
