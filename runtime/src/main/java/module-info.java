/// An OCI bundle to a launch program, and the C program that runs it.
module nsbox.runtime {
  requires transitive nsbox.json;

  exports nsbox.runtime.cgroup;
  exports nsbox.runtime.criu;
  exports nsbox.runtime.plan;
  exports nsbox.runtime.program;
  exports nsbox.runtime.seccomp;
  exports nsbox.runtime.spec;
  exports nsbox.runtime.state;
  exports nsbox.runtime.systemd;
}
