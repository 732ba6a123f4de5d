/// picocli, compiled from its published sources.
module nsbox.picocli {
  requires static java.sql;

  exports picocli;
}
