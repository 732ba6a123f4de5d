package groovy.lang;

/// No closure of Groovy's, and nobody makes one.
///
/// picocli asks for this class whenever it starts. Where it is not, the JVM opens and searches
/// every jar to find that out, which takes longer than reading the command line.
public abstract class Closure {
  private Closure() {}
}
