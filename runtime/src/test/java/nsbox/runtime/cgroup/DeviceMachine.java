package nsbox.runtime.cgroup;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Runs device programs: as much of eBPF as they use, refusing the rest.
final class DeviceMachine {
  private final ByteBuffer program;

  DeviceMachine(byte[] program) {
    this.program = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
  }

  /// @param type 1 for block, 2 for character devices
  /// @param access bits of 1 for mknod, 2 for read, 4 for write
  boolean allows(int type, int access, int major, int minor) {
    int[] context = {access << 16 | type, major, minor};
    int[] registers = new int[11];
    for (int at = 0; ; at++) {
      int code = program.get(at * 8) & 0xff;
      int destination = program.get(at * 8 + 1) & 0xf;
      int source = program.get(at * 8 + 1) >> 4 & 0xf;
      int offset = program.getShort(at * 8 + 2);
      int immediate = program.getInt(at * 8 + 4);
      switch (code) {
        case 0x61 -> registers[destination] = context[offset / 4];
        case 0xb4 -> registers[destination] = immediate;
        case 0xbc -> registers[destination] = registers[source];
        case 0x54 -> registers[destination] &= immediate;
        case 0x74 -> registers[destination] >>>= immediate;
        case 0x16 -> at += registers[destination] == immediate ? offset : 0;
        case 0x56 -> at += registers[destination] != immediate ? offset : 0;
        case 0x95 -> {
          return registers[0] == 1;
        }
        default -> throw new IllegalStateException("code " + code + " at " + at);
      }
    }
  }
}
