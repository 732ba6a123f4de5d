/// Linux system calls from Java, knowing nothing of containers.
module nsbox.linux {
  requires org.jnrproject.ffi;

  exports nsbox.linux;
}
