// Run the stages of a declarative Jenkinsfile on this machine. This is not Jenkins: it knows
// `stage`, `when { branch }`, `sh`, `echo` and `post`, reads past `agent` and `options`, and
// refuses every other word.
import org.codehaus.groovy.control.CompilerConfiguration

abstract class Pipeline extends Script {
    boolean failed = false
    Map after = [:]

    void pipeline(Closure body) {
        body()
        ['always', failed ? 'failure' : 'success'].each { after[it]?.call() }
        System.exit(failed ? 1 : 0)
    }

    void stages(Closure body) { body() }
    void post(Closure body) { body() }
    void always(Closure body) { after.always = body }
    void success(Closure body) { after.success = body }
    void failure(Closure body) { after.failure = body }
    void agent(Object any) { }
    void options(Closure body) { }
    Object getAny() { 'this machine' }

    void stage(String name, Closure body) {
        println "stage $name"
        wanted = true
        try {
            failed ? println('  skipped: a stage before it failed') : body()
        } catch (IllegalStateException error) {
            println "  $error.message"
            failed = true
        }
    }

    boolean wanted = true
    void when(Closure body) { body() }
    void branch(String name) { wanted = System.getenv('BRANCH_NAME') == name }
    void steps(Closure body) { wanted ? body() : println('  skipped: another branch') }

    void sh(String command) {
        println "  + $command"
        Process process = ['sh', '-ec', command].execute()
        StringBuilder said = new StringBuilder()
        process.waitForProcessOutput(said, said)
        said.eachLine { println "    $it" }
        if (process.exitValue()) {
            throw new IllegalStateException("failed with exit code ${process.exitValue()}")
        }
    }
    void echo(String words) { println words }
}

CompilerConfiguration rules = new CompilerConfiguration(scriptBaseClass: Pipeline.name)
new GroovyShell(this.class.classLoader, new Binding(), rules).evaluate(new File(args[0]))
