package nsbox.runtime.plan;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import nsbox.runtime.program.Instructions;
import nsbox.runtime.program.Opcode;
import nsbox.runtime.spec.LinuxSpec;
import nsbox.runtime.spec.MemoryPolicy;
import nsbox.runtime.spec.ProcessSpec;
import nsbox.runtime.spec.Scheduling;

/// When, where and as what kind of machine the process runs: all of it survives execve(2).
///
/// @spec https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#linux-process
final class SchedulingStage {
  /// `struct sched_attr` of Linux 5.3. Its last fields, the limits of utilization, stay 0: the
  /// specification has flags that turn them on and no members for their values.
  private static final int SCHED_ATTR_BYTES = 56;

  private final Scheduling scheduling;
  private final Instructions init;

  SchedulingStage(ProcessSpec process, Instructions init) {
    this.scheduling = process.scheduling();
    this.init = init;
  }

  /// Priorities, while there are the rights to raise them.
  void priorities() {
    if (scheduling.scheduler().isPresent()) {
      Scheduling.Scheduler scheduler = scheduling.scheduler().get();
      init.add(
          "schedule by process.scheduler: " + scheduler.policy(),
          Opcode.SCHEDULER,
          attributes(scheduler));
    }
    if (scheduling.ioPriority().isPresent()) {
      Scheduling.IoPriority io = scheduling.ioPriority().get();
      init.add("order its I/O by process.ioPriority: " + io.name(), Opcode.IO_PRIORITY, io.value());
    }
  }

  /// What a container's first process hands down to all others.
  void machine(LinuxSpec linux) {
    if (linux.memoryPolicy().isPresent()) {
      MemoryPolicy policy = linux.memoryPolicy().get();
      init.add(
          "take memory by linux.memoryPolicy: " + policy.mode() + " " + policy.nodes(),
          Opcode.MEMORY_POLICY,
          policy.number(),
          mask(policy.nodes()));
    }
    if (linux.personality().isPresent()) {
      init.add(
          "be a machine of linux.personality " + linux.personality().get(),
          Opcode.PERSONALITY,
          linux.personality().get().number());
    }
  }

  /// For a process that joins a running container, before it joins the cgroup.
  void affinityBeforeCgroup() {
    affinity("process.execCPUAffinity.initial", scheduling.execAffinity().initial());
  }

  /// The same after it, for the cgroup may allow other CPUs.
  void affinityAfterCgroup() {
    affinity("process.execCPUAffinity.final", scheduling.execAffinity().last());
  }

  private void affinity(String field, BitSet cpus) {
    if (!cpus.isEmpty()) {
      init.add("run on the CPUs of " + field + ": " + cpus, Opcode.CPU_AFFINITY, mask(cpus));
    }
  }

  private static byte[] attributes(Scheduling.Scheduler scheduler) {
    return ByteBuffer.allocate(SCHED_ATTR_BYTES)
        .order(ByteOrder.nativeOrder())
        .putInt(SCHED_ATTR_BYTES)
        .putInt(scheduler.policyNumber())
        .putLong(scheduler.flags())
        .putInt((int) scheduler.nice())
        .putInt((int) scheduler.priority())
        .putLong(scheduler.runtime())
        .putLong(scheduler.deadline())
        .putLong(scheduler.period())
        .array();
  }

  /* The kernel takes whole machine words. */
  private static byte[] mask(BitSet numbers) {
    byte[] bytes = numbers.toByteArray();
    return Arrays.copyOf(bytes, (bytes.length + Long.BYTES - 1) / Long.BYTES * Long.BYTES);
  }
}
