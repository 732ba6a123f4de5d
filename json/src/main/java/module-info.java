/// JSON documents as plain values.
module nsbox.json {
  requires com.fasterxml.jackson.core;

  exports nsbox.json;
}
